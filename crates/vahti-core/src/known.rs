//! What a browser keeps in which somebody has logged in with the password of an account: that it is no stranger. It proves
//! nobody and opens nothing; it tells who may try the password again apart from those who guess. A new password makes it
//! worthless.

use sha2::{Digest as _, Sha256};

use crate::{SecretHash, UserId, signed::Signed};

const DOMAIN: &[u8] = b"vahti: known browser of a supervisor, 1\0";

/// The text that a browser keeps for an account whose password `proof` proves.
#[must_use]
pub fn known_browser(account: &UserId, proof: &str) -> String {
    Signed::text(DOMAIN, account.as_str(), [], "", &key(proof))
}

/// Whether a browser keeps that.
#[must_use]
pub fn is_known_browser(kept: &str, account: &UserId, proof: &str) -> bool {
    let kept = Signed::<0>::parse(kept).filter(|kept| kept.session == account.as_str());
    kept.is_some_and(|kept| kept.is_right(DOMAIN, "", &key(proof)))
}

fn key(proof: &str) -> SecretHash {
    SecretHash::from_bytes(Sha256::digest(proof).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_known_to_one_account_as_long_as_its_password() {
        let [maija, olli] = ["maija", "olli"].map(|name| UserId::new(name).expect("a name"));
        let kept = known_browser(&maija, "a proof");
        assert!(is_known_browser(&kept, &maija, "a proof"));
        assert!(!is_known_browser(&kept, &maija, "another proof"));
        assert!(!is_known_browser(&kept, &olli, "a proof"));
        let renamed = kept.replace("maija", "olli");
        assert!(!is_known_browser(&renamed, &olli, "a proof"));
        for forged in ["", "maija", "maija.", &kept[..kept.len() - 1]] {
            assert!(!is_known_browser(forged, &maija, "a proof"), "{forged}");
        }
    }
}
