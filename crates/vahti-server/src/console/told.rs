//! What is told to supervisors of a session: who it is, where it comes from, and what speaks against letting it in.

use core::{net::IpAddr, time::Duration};

use vahti::Waiter;
use vahti_core::{Session, State, Timestamp};
use vahti_store::SessionRecord;

use super::desk_words::DeskWords;
use crate::{
    config::Rooms,
    http::harmless,
    locale::{Locale, filled},
    pages::Origin,
};

/// How lately another login was used, if letting somebody in would surprise whoever uses it.
const LATELY: Duration = Duration::from_secs(120);

/// In which language, in which rooms and when it is told.
#[derive(Clone, Copy)]
pub(super) struct Telling<'a> {
    pub(super) words: &'static DeskWords,
    pub(super) locale: &'a Locale,
    pub(super) rooms: &'a Rooms,
    pub(super) now: Timestamp,
}

/// A session, told.
pub(super) struct Told {
    pub(super) id: String,
    pub(super) user: String,
    pub(super) name: String,
    pub(super) number: Option<String>,
    pub(super) place: Option<String>,
    /// The browser and the system, or what the application said.
    pub(super) device: Option<String>,
    pub(super) address: Option<String>,
    /// Since when it waits; when it logged in, if it does not.
    pub(super) since: String,
    pub(super) used: String,
    /// Why it waits, if it does.
    pub(super) why: Option<&'static str>,
    /// It is not where it is said to be.
    pub(super) elsewhere: Option<String>,
}

impl Telling<'_> {
    /// Tells of a session.
    pub(super) fn of(&self, record: &SessionRecord) -> Told {
        let user = record.user.as_str();
        let name = record.profile.name.as_deref().unwrap_or(user);
        let session = &record.session;
        Told {
            user: harmless(user),
            name: harmless(name),
            number: record.profile.number.as_deref().map(harmless),
            ..self.of_session(session)
        }
    }

    /// Tells of a session without its user.
    pub(super) fn of_session(&self, session: &Session) -> Told {
        let origin = session.login.origin.as_deref().map(Origin::of);
        let place = session.login.place.as_deref();
        let (why, since) = match session.state {
            State::Held(reason) => {
                let since = session.expired_at.unwrap_or(session.login.at);
                (Some(self.words.why(reason)), since)
            }
            _ => (None, session.login.at),
        };
        let address = origin.as_ref().and_then(|origin| origin.address);
        Told {
            id: session.id.to_string(),
            user: String::new(),
            name: String::new(),
            number: None,
            place: place.map(harmless),
            device: origin.as_ref().and_then(|origin| self.device(origin)),
            address: address.map(harmless),
            since: self.time(since),
            used: self.time(session.last_seen.at),
            why,
            elsewhere: address.and_then(|address| self.elsewhere(place, address)),
        }
    }

    /// Tells from where a login comes: the device and the address.
    pub(super) fn origin(&self, origin: &str) -> Option<String> {
        let origin = Origin::of(origin);
        let (device, address) = (self.device(&origin), origin.address.map(harmless));
        match (device, address) {
            (Some(device), Some(address)) => Some(format!("{device}, {address}")),
            (device, address) => device.or(address),
        }
    }

    fn device(&self, origin: &Origin<'_>) -> Option<String> {
        match origin.device() {
            Some((browser, system)) => {
                let device = self.words.confirm.device.replace("{browser}", browser);
                Some(device.replace("{system}", system))
            }
            None => Some(harmless(origin.text)).filter(|text| !text.is_empty()),
        }
    }

    /// A time, as it stands in a sentence.
    pub(super) fn time(&self, at: Timestamp) -> String {
        self.locale.time(at, self.now)
    }

    /// Why this is not the screen in front of whoever stands in the room of its place.
    fn elsewhere(&self, place: Option<&str>, address: &str) -> Option<String> {
        let ip: IpAddr = address.parse().ok()?;
        let is_in = self.rooms.of(ip);
        let named = self.rooms.named_in(place.unwrap_or_default());
        let said = &self.words.confirm;
        let (sentence, room) = match (named, is_in) {
            (Some(named), Some(room)) if named.name == room.name => return None,
            (Some(named), _) => (&said.not_in_room, named.name.as_str()),
            (None, None) if !self.rooms.is_empty() => (&said.in_no_room, ""),
            (None, _) => return None,
        };
        let values = [("room", room), ("address", address)];
        Some(filled(sentence, &values))
    }

    /// When another login of the person was last used, if that was a moment ago.
    pub(super) fn lately(&self, waiter: &Waiter) -> Option<Timestamp> {
        let used = waiter.others.iter().map(|other| other.last_seen.at).max()?;
        (used.plus(LATELY) > self.now).then_some(used)
    }
}
