//! Passwords of supervisors: Argon2id (RFC 9106) with the parameters that OWASP names, a few at a time, so that a crowd of
//! them costs neither the memory nor the processors that checks need.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::{Duration, timeout};
use vahti::Error;

/// The shortest password (NIST SP 800-63B-4 counts characters and asks for no kinds of them).
pub(super) const MIN_CHARS: usize = 12;
/// The longest, in bytes.
const MAX_BYTES: usize = 256;

/// How many are worked on at a time of those who are known, and as many of strangers: each takes 19 MiB and some 30 ms of a
/// processor.
const AT_ONCE: usize = 1;
/// How long one may wait for its turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// Compared with where nobody has the name, so that it takes as long as a wrong password. No password gives it.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A password that may be kept.
pub(crate) struct Password(String);

impl Password {
    /// Takes a text as it is, or says why it cannot be one.
    pub(crate) fn new(text: String) -> Result<Self, String> {
        if text.chars().count() < MIN_CHARS {
            return Err(format!("A password has at least {MIN_CHARS} characters."));
        }
        if text.len() > MAX_BYTES {
            return Err(format!("A password has at most {MAX_BYTES} bytes."));
        }
        Ok(Self(text))
    }

    /// A new one that nobody can guess.
    pub(crate) fn fresh() -> Result<Self, Error> {
        vahti::fresh_password().map(Self)
    }

    /// The text, for whoever is to know it.
    pub(crate) fn into_text(self) -> String {
        self.0
    }
}

/// Makes what proves passwords, and compares.
pub(crate) struct Passwords {
    known: Arc<Semaphore>,
    strangers: Arc<Semaphore>,
}

/// Who waits for a turn: so that a crowd of strangers stands in nobody else's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Queue {
    /// Somebody who is logged in, or whose browser was.
    Known,
    /// Anybody.
    Strangers,
}

impl Default for Passwords {
    fn default() -> Self {
        let turns = || Arc::new(Semaphore::new(AT_ONCE));
        Self {
            known: turns(),
            strangers: turns(),
        }
    }
}

impl Passwords {
    /// What proves a password, to keep.
    ///
    /// # Errors
    /// [`Error::Late`] if it had no turn for long; [`Error::Unavailable`].
    pub(crate) async fn prove(&self, password: &Password) -> Result<String, Error> {
        let (text, salt) = (password.0.clone(), vahti::fresh_salt()?);
        let proof = move || argon2()?.hash_password_with_salt(text.as_bytes(), &salt);
        let proof = self.in_turn(Queue::Known, proof).await?;
        let proof = proof.map_err(|error| Error::Unavailable(error.to_string()))?;
        Ok(proof.to_string())
    }

    /// Whether `text` is the password that `proof` proves; without a proof it is not, and that takes as long.
    ///
    /// # Errors
    /// As [`Passwords::prove`].
    pub(crate) async fn is_right(
        &self,
        text: String,
        proof: Option<&str>,
        queue: Queue,
    ) -> Result<bool, Error> {
        if text.len() > MAX_BYTES {
            return Ok(false);
        }
        let is_somebody = proof.is_some();
        let proof = proof.unwrap_or(NOBODY).to_owned();
        let is_right = move || {
            let proof = PasswordHash::new(&proof)?;
            argon2()?.verify_password(text.as_bytes(), &proof)
        };
        let is_right = self.in_turn(queue, is_right).await?.is_ok();
        Ok(is_right && is_somebody)
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        queue: Queue,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let turns = match queue {
            Queue::Known => &self.known,
            Queue::Strangers => &self.strangers,
        };
        let turn = timeout(PATIENCE, Arc::clone(turns).acquire_owned()).await;
        let turn = turn.map_err(|_| Error::Late(PATIENCE))?;
        // The turn ends with the work, also if nobody waits for it any more.
        let work = move || {
            let _turn = turn;
            work()
        };
        let done = spawn_blocking(work).await;
        done.map_err(|never| Error::Unavailable(never.to_string()))
    }
}

/// Argon2id, 19 MiB, two passes, one lane: the first choice of OWASP's cheat sheet on storing passwords.
fn argon2() -> argon2::password_hash::Result<Argon2<'static>> {
    let params = Params::new(19 * 1024, 2, 1, None)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_right_where_it_was_proven_and_nowhere_else() {
        let passwords = Passwords::default();
        let text = "correct horse battery".to_owned();
        let password = Password::new(text.clone()).expect("long enough");
        let proof = passwords.prove(&password).await.expect("a proof");
        assert!(
            proof.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{proof}"
        );
        let again = passwords.prove(&password).await.expect("a proof");
        assert_ne!(proof, again, "each has a salt of its own");
        let is_right = async |text: &str, proof: Option<&str>| {
            let answer = passwords
                .is_right(text.to_owned(), proof, Queue::Strangers)
                .await;
            answer.expect("an answer")
        };
        assert!(is_right(&text, Some(&proof)).await);
        for wrong in [
            "",
            "correct horse",
            "Correct horse battery",
            &"x".repeat(999),
        ] {
            assert!(!is_right(wrong, Some(&proof)).await, "{wrong}");
        }
        assert!(!is_right(&text, Some("not a proof")).await);
        assert!(!is_right(&text, None).await);
        let nobody = PasswordHash::new(NOBODY).expect("it can be read, so it costs as much");
        let real = PasswordHash::new(&proof).expect("a proof");
        assert_eq!(nobody.params, real.params);
    }

    #[tokio::test(start_paused = true)]
    async fn a_crowd_of_strangers_takes_no_turn_of_those_who_are_known() {
        let passwords = Passwords::default();
        let _crowd = passwords.strangers.acquire().await.expect("a turn");
        let ask = |queue| passwords.is_right("a password".to_owned(), None, queue);
        assert_eq!(ask(Queue::Known).await, Ok(false));
        assert_eq!(ask(Queue::Strangers).await, Err(Error::Late(PATIENCE)));
    }

    #[test]
    fn only_the_length_of_a_password_counts() {
        for good in ["aaaaaaaaaaaa", "ääääääääääää", "a b c d e f g"] {
            assert!(Password::new(good.to_owned()).is_ok(), "{good}");
        }
        for bad in ["", "short", "elevenchars", "äääääääääää", &"x".repeat(257)] {
            assert!(Password::new(bad.to_owned()).is_err(), "{bad}");
        }
        assert!(Password::fresh().is_ok_and(|fresh| Password::new(fresh.into_text()).is_ok()));
    }
}
