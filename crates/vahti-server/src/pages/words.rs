//! What pages say, in one value a language. `{name}`, `{n}` (a limit), `{t}` (a time), `{d}` (a duration) and `{host}`
//! stand for what is known only then. Never "session" or "limit": people who wait do not know these words.

use vahti_core::{EndReason, HeldReason};

/// All that pages say in one language.
pub(super) struct Words {
    /// The language's tag (BCP 47).
    pub(super) language: &'static str,
    pub(super) waits_title: &'static str,
    pub(super) what_to_do: &'static str,
    pub(super) reassurance: &'static str,
    pub(super) reloads: &'static str,
    pub(super) log_in_again: &'static str,
    pub(super) not_you: &'static str,
    pub(super) let_in_title: &'static str,
    pub(super) after_form: &'static str,
    pub(super) return_refused: &'static str,
    pub(super) go_on: &'static str,
    pub(super) ended_title: &'static str,
    pub(super) nobody_title: &'static str,
    pub(super) nobody: &'static str,
    pub(super) cannot_tell_title: &'static str,
    pub(super) cannot_tell: &'static str,
    pub(super) still_in_title: &'static str,
    pub(super) still_in: &'static str,
    pub(super) log_out: &'static str,
    pub(super) from_elsewhere_title: &'static str,
    pub(super) from_elsewhere: &'static str,
    over_limit_one: &'static str,
    over_limit: &'static str,
    awaiting_choice: &'static str,
    superseded: &'static str,
    invalidated: &'static str,
    after_end: &'static str,
    frozen: &'static str,
    logged_out: &'static str,
    idle: &'static str,
    lifetime: &'static str,
    evicted: &'static str,
    chosen: &'static str,
    replaced: &'static str,
    displaced: &'static str,
    ended_by_supervisor: &'static str,
    /// Where nothing more is known.
    pub(super) ended: &'static str,
}

pub(super) static ENGLISH: Words = Words {
    language: "en",
    waits_title: "{name}, please wait",
    what_to_do: "Raise your hand, so that a supervisor comes to you. Keep this page open: it goes on by itself once you are let in.",
    reassurance: "The supervisors see that you are waiting (since {t}). Nothing you have saved is lost.",
    reloads: "This page reloads every 5 seconds.",
    log_in_again: "Log in again",
    not_you: "Not {name}? Log out",
    let_in_title: "You are let in.",
    after_form: "Press Back in the browser, then send again. Your text is still there.",
    return_refused: "Go back to the exam from its own address. (The link named a host that is not configured: {host})",
    go_on: "Go on",
    ended_title: "You are not logged in any more",
    nobody_title: "You are not logged in.",
    nobody: "Log in at the address from which you came.",
    cannot_tell_title: "The login check does not answer right now.",
    cannot_tell: "It is not your fault. Keep this page open: it tries again by itself.",
    still_in_title: "You are not logged out yet.",
    still_in: "The login check does not answer right now. Wait a moment, then press the button again. On a shared computer do not leave before it has worked.",
    log_out: "Log out",
    from_elsewhere_title: "Nothing was changed.",
    from_elsewhere: "This was sent from another site. Go back and press the button on the page itself.",
    over_limit_one: "You are already logged in on another device, so this one has to wait.",
    over_limit: "You are already logged in on {n} devices, and more are not allowed.",
    awaiting_choice: "Your account allows {n} devices at a time, and they are in use.",
    superseded: "You were let in on another device at {t}, so this one has to wait.",
    invalidated: "A supervisor put this login on hold at {t}.",
    after_end: "Your earlier login ended at {t}. A supervisor has to let you in again.",
    frozen: "Your account was used on another device at {t}. All its devices wait until a supervisor has checked.",
    logged_out: "You are logged out.",
    idle: "You were logged out because this device was not used for {d}.",
    lifetime: "A login lasts {d} at most. Please log in again.",
    evicted: "Your account was used to log in on another device at {t}, so this one was logged out. Not you? Change your password.",
    chosen: "This login was ended from another of your devices at {t}. Not you? Change your password.",
    replaced: "You have logged in again in this browser. Go on there.",
    displaced: "Too many logins of your account were waiting, so the oldest was ended. Log in again.",
    ended_by_supervisor: "A supervisor ended this login at {t}. Ask a supervisor what to do.",
    ended: "This login has ended.",
};

impl Words {
    /// Why somebody waits who may have `limit` devices at a time.
    pub(super) fn held(&self, reason: HeldReason, limit: u32) -> &'static str {
        match reason {
            HeldReason::OverLimit if limit == 1 => self.over_limit_one,
            HeldReason::OverLimit => self.over_limit,
            HeldReason::AwaitingChoice => self.awaiting_choice,
            HeldReason::Frozen => self.frozen,
            HeldReason::AfterEnd => self.after_end,
            HeldReason::Superseded => self.superseded,
            HeldReason::Invalidated => self.invalidated,
        }
    }

    /// Why a login has ended.
    pub(super) fn ended(&self, reason: EndReason) -> &'static str {
        match reason {
            EndReason::LoggedOut => self.logged_out,
            EndReason::Idle => self.idle,
            EndReason::Lifetime => self.lifetime,
            EndReason::Evicted => self.evicted,
            EndReason::Chosen => self.chosen,
            EndReason::Replaced => self.replaced,
            EndReason::Displaced => self.displaced,
            EndReason::EndedBySupervisor => self.ended_by_supervisor,
            EndReason::Imported => self.ended,
        }
    }
}
