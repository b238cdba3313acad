//! One session of the index. What changes with every request or command is atomic, so that readers never wait.

use core::time::Duration;
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
};

use vahti_core::{
    Account, EndReason, HeldReason, LastSeen, Policy, Profile, SecretHash, Session, State,
    Timestamp, UserId,
};

/// How long a session that has ended can still be told apart from one that never was.
pub(crate) const ENDED_KEPT: Duration = Duration::from_secs(24 * 3600);

const STATE_BITS: u32 = 8;

/// One session, as a check needs it.
pub(super) struct Entry {
    pub(super) user: UserId,
    pub(super) profile: Option<Arc<Profile>>,
    pub(super) secret: SecretHash,
    /// The account's version in the upper bits, the state's code in the lower: both change at once.
    status: AtomicU64,
    /// When the session was last used, in milliseconds.
    last_seen: AtomicI64,
    /// Open: the end of its lifetime. Ended: when the index forgets it. In milliseconds.
    until: AtomicI64,
    /// Whether this process has seen the session in use.
    seen_here: AtomicBool,
    /// Whether it may go unused for as long as it lives.
    may_rest: bool,
}

impl Entry {
    /// A session as the last commit left it.
    pub(super) fn new(
        account: &Account,
        session: &Session,
        state: State,
        profile: Option<&Arc<Profile>>,
        policy: &Policy,
    ) -> Self {
        let until = session.marks.ended_at().map_or_else(
            || session.login.lifetime_deadline(policy),
            |ended| ended.plus(ENDED_KEPT),
        );
        Self {
            user: account.user.clone(),
            profile: profile.cloned(),
            secret: session.secret,
            status: AtomicU64::new(pack(account.version, state)),
            last_seen: AtomicI64::new(session.last_seen.at.as_millis()),
            until: AtomicI64::new(until.as_millis()),
            seen_here: AtomicBool::new(session.last_seen.here),
            may_rest: session.login.may_rest(policy),
        }
    }

    /// Whether nothing differs but what can be turned in place.
    pub(super) fn is_the_same_login(&self, fresh: &Self) -> bool {
        self.secret == fresh.secret && self.profile == fresh.profile
    }

    /// Turns to what the last commit left.
    pub(super) fn turn(&self, fresh: &Self) {
        let status = fresh.status.load(Ordering::Relaxed);
        self.status.store(status, Ordering::Release);
        let until = fresh.until.load(Ordering::Relaxed);
        self.until.store(until, Ordering::Release);
        let last_seen = fresh.last_seen.load(Ordering::Relaxed);
        self.last_seen.fetch_max(last_seen, Ordering::Relaxed);
    }

    /// Takes over when the entry that it replaces was used.
    pub(super) fn was_used_as(&mut self, known: &Self) {
        let last_seen = known.last_seen.load(Ordering::Relaxed);
        self.last_seen.fetch_max(last_seen, Ordering::Relaxed);
        let seen_here = known.seen_here.load(Ordering::Acquire);
        self.seen_here.fetch_or(seen_here, Ordering::Relaxed);
    }

    /// When the session, if it is not used, ends in the record too.
    pub(super) fn deadline_for_others(&self, policy: &Policy) -> Timestamp {
        let seen = LastSeen {
            at: Timestamp::from_millis(self.last_seen.load(Ordering::Relaxed)),
            here: self.seen_here.load(Ordering::Acquire),
        };
        let idle = self.idle_deadline(policy);
        self.until().min(seen.idle_for_others(idle))
    }

    /// When the session has gone unused for too long.
    pub(super) fn idle_deadline(&self, policy: &Policy) -> Timestamp {
        if self.may_rest {
            return Timestamp::NEVER;
        }
        policy.idle_deadline(Timestamp::from_millis(
            self.last_seen.load(Ordering::Relaxed),
        ))
    }

    pub(super) fn version(&self) -> u64 {
        self.status.load(Ordering::Acquire) >> STATE_BITS
    }

    pub(super) fn state(&self) -> State {
        unpack(self.status.load(Ordering::Acquire))
    }

    pub(super) fn until(&self) -> Timestamp {
        Timestamp::from_millis(self.until.load(Ordering::Acquire))
    }

    pub(super) fn touch(&self, now: Timestamp) {
        if self.last_seen.load(Ordering::Relaxed) < now.as_millis() {
            self.last_seen.fetch_max(now.as_millis(), Ordering::Relaxed);
        }
        if !self.seen_here.load(Ordering::Relaxed) {
            self.seen_here.store(true, Ordering::Release);
        }
    }

    pub(super) fn last_seen_here(&self) -> Option<Timestamp> {
        let here = self.seen_here.load(Ordering::Acquire);
        here.then(|| Timestamp::from_millis(self.last_seen.load(Ordering::Relaxed)))
    }
}

/// Codes of states: 0 is active, then the reasons of held from 1, then those of ended from [`ENDED`].
const ENDED: u8 = 64;

fn pack(version: u64, state: State) -> u64 {
    let code = match state {
        State::Active => 0,
        State::Held(reason) => 1 + reason as u8,
        State::Ended(reason) => ENDED + reason as u8,
    };
    version << STATE_BITS | u64::from(code)
}

fn unpack(status: u64) -> State {
    let code = (status & 0xff) as usize;
    let ended = code
        .checked_sub(usize::from(ENDED))
        .map(|at| EndReason::ALL.get(at).copied());
    match (code, ended) {
        (0, _) => State::Active,
        (_, Some(reason)) => State::Ended(reason.unwrap_or(EndReason::EndedBySupervisor)),
        (code, None) => State::Held(
            HeldReason::ALL
                .get(code - 1)
                .copied()
                .unwrap_or(HeldReason::Invalidated),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    pub(super) fn every_state_is_packed_and_unpacked() {
        let held = HeldReason::ALL.iter().map(|reason| State::Held(*reason));
        let ended = EndReason::ALL.iter().map(|reason| State::Ended(*reason));
        for state in held.chain(ended).chain([State::Active]) {
            let status = pack(u64::from(u32::MAX), state);
            assert_eq!(
                (unpack(status), status >> STATE_BITS),
                (state, u64::from(u32::MAX))
            );
        }
    }
}
