//! Passwords of supervisors: Argon2id (RFC 9106) with the parameters that OWASP names, a few at a time, so that a crowd of
//! them costs neither the memory nor the processors that checks need.

use std::sync::Arc;

use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, Version};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::{Duration, timeout};
use vahti::Error;

/// The shortest password (NIST SP 800-63B-4 counts characters and asks for no kinds of them).
const MIN_CHARS: usize = 12;
/// The longest, in bytes.
const MAX_BYTES: usize = 256;

/// How many are worked on at a time: each takes 19 MiB and some 30 ms of a processor.
const AT_ONCE: usize = 2;
/// How long one may wait for its turn.
const PATIENCE: Duration = Duration::from_secs(5);

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

/// Makes what proves passwords.
pub(crate) struct Passwords(Arc<Semaphore>);

impl Default for Passwords {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
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
        let proof = self.in_turn(proof).await?;
        let proof = proof.map_err(|error| Error::Unavailable(error.to_string()))?;
        Ok(proof.to_string())
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let turn = timeout(PATIENCE, Arc::clone(&self.0).acquire_owned()).await;
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

    #[test]
    fn only_the_length_of_a_password_counts() {
        for good in ["aaaaaaaaaaaa", "ääääääääääää", "a b c d e f g"] {
            assert!(Password::new(good.to_owned()).is_ok(), "{good}");
        }
        for bad in ["", "short", "elevenchars", &"x".repeat(257)] {
            assert!(Password::new(bad.to_owned()).is_err(), "{bad}");
        }
        assert!(Password::fresh().is_ok_and(|fresh| Password::new(fresh.into_text()).is_ok()));
    }
}
