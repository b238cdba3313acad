//! Which sessions of which users a command for many users meets.

use core::time::Duration;

use vahti_core::{Account, Group, Policy, Session, SessionId, Stamp, Timestamp, UserId};

/// Which sessions of which users. Every condition that is given must hold.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// These users; none given: everybody who has an open session.
    pub users: Vec<UserId>,
    /// Users with one of these groups.
    pub groups: Vec<Group>,
    /// Not users with one of these groups.
    pub except_groups: Vec<Group>,
    /// Sessions at one of these places.
    pub places: Vec<String>,
    /// Sessions in one of these halls: at the place itself, or at a seat of it. `Hall 1` means `Hall 1 / 12`, and not `Hall 12`.
    pub halls: Vec<String>,
    /// Sessions that wait.
    pub only_waiting: bool,
    /// Sessions that logged in before.
    pub logged_in_before: Option<Timestamp>,
    /// Sessions that were not used for this long.
    pub unseen_for: Option<Duration>,
}

impl Selection {
    /// The selected sessions of a user that logged in before `stamp`, the oldest first.
    pub(crate) fn of(
        &self,
        account: &Account,
        policy: &Policy,
        stamp: Stamp,
        now: Timestamp,
    ) -> Vec<SessionId> {
        if !self.means_user(account) {
            return Vec::new();
        }
        let meant = |session: &&Session| {
            session.login.stamp < stamp
                && session.overdue(policy, now).is_none()
                && self.means(session, now)
        };
        account
            .open_sessions()
            .filter(meant)
            .map(|session| session.id.clone())
            .collect()
    }

    /// Whether a user is meant who has no session any more, since `stopped`.
    pub(crate) fn means_without_session(&self, account: &Account, stopped: Timestamp) -> bool {
        self.means_user(account)
            && self.places.is_empty()
            && self.halls.is_empty()
            && !self.only_waiting
            && self.unseen_for.is_none()
            && self.logged_in_before.is_none_or(|before| stopped < before)
    }

    fn means_user(&self, account: &Account) -> bool {
        let own = &account.profile.groups;
        let in_any = |groups: &[Group]| own.iter().any(|group| groups.contains(group));
        (self.groups.is_empty() || in_any(&self.groups)) && !in_any(&self.except_groups)
    }

    fn means(&self, session: &Session, now: Timestamp) -> bool {
        let place = session.login.place.as_ref();
        let at_place = |place: &String| self.places.contains(place);
        let in_hall = |place: &String| self.halls.iter().any(|hall| is_in(hall, place));
        (self.places.is_empty() || place.is_some_and(at_place))
            && (self.halls.is_empty() || place.is_some_and(in_hall))
            && (!self.only_waiting || session.state.is_held())
            && self
                .logged_in_before
                .is_none_or(|before| session.login.at < before)
            && self
                .unseen_for
                .is_none_or(|unseen| now.since(session.last_seen.at) >= unseen)
    }
}

/// Whether a place is this hall, or a seat in it: what follows the name of the hall goes on with no letter and no digit.
fn is_in(hall: &str, place: &str) -> bool {
    let seat = place.strip_prefix(hall);
    seat.is_some_and(|seat| !seat.starts_with(char::is_alphanumeric))
}
