//! `explain`: why a user waits or not, and what would let them in.

use vahti_core::{Account, Explanation, UserId};

use crate::{Caller, Error, Vahti};

impl Vahti {
    /// Explains how a user stands, in a sentence for people, with the account that it is about.
    ///
    /// # Errors
    /// [`Error::Refused`] with `UnknownUser`; [`Error::Unavailable`].
    pub async fn explain(
        &self,
        caller: &Caller,
        user: &UserId,
    ) -> Result<(Explanation, Account), Error> {
        let account = self.account(caller, user).await?;
        let now = self.now();
        let mut explanation = vahti_core::explain(&account, &self.policy, now);
        if self.policies.is_paused(now) {
            let pause =
                "The gate is paused, so every session goes on meanwhile. When the pause is over: ";
            explanation.sentence.insert_str(0, pause);
        }
        Ok((explanation, account))
    }
}
