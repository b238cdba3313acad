//! `[[room]]`: rooms and the networks of the computers that stand in them. Where a session comes from is a sign beside a
//! choice of a supervisor; it never decides anything.

use core::net::IpAddr;

use ipnet::IpNet;

use super::mistake::Wrong;
use super::network::network;
use super::raw::Raw;
use super::reader::Reader;
use super::text::text;

/// The section of a room. It stands as often as there are rooms.
pub(super) const ROOM: &str = "room";
/// The keys of a room; it has all of them.
pub(super) const ROOM_KEYS: [&str; 2] = ["name", "networks"];

/// The longest name of a room, in bytes.
const NAME_MAX_BYTES: usize = 64;

/// The dotted key of a room's key; rooms are counted from 1.
pub(super) fn room_key(number: usize, key: &str) -> String {
    format!("{ROOM}.{number}.{key}")
}

/// A room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    /// What people call it.
    pub name: String,
    /// The networks of its computers; at least one.
    pub networks: Vec<IpNet>,
}

/// All rooms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rooms(Vec<Room>);

impl Rooms {
    /// The room of the computer with this address: that of the smallest network which holds it.
    #[must_use]
    pub fn of(&self, address: IpAddr) -> Option<&Room> {
        let address = address.to_canonical();
        let holding = |room: &Room| {
            let networks = room.networks.iter().filter(|net| net.contains(&address));
            networks.map(IpNet::prefix_len).max()
        };
        let rooms = self.0.iter().rev();
        let held = rooms.filter_map(|room| Some((holding(room)?, room)));
        held.max_by_key(|(prefix, _)| *prefix).map(|(_, room)| room)
    }

    /// Whether none is configured.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The room that a place names (`Hall A, seat 17`): of several, the one with the longest name.
    #[must_use]
    pub fn named_in(&self, place: &str) -> Option<&Room> {
        let place = place.to_lowercase();
        let named = self
            .0
            .iter()
            .filter(|room| place.contains(&room.name.to_lowercase()));
        named.max_by_key(|room| room.name.len())
    }

    /// Reads every room before it gives up on any: a mistake must not hide the next one.
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let [name_key, networks_key] = ROOM_KEYS;
        let mut rooms = Some(Vec::new());
        for number in 1..=reader.rooms() {
            let name = reader.get(&room_key(number, name_key), name);
            let empty = Wrong::new(
                "No computer stands in this room.",
                "Name one network or more.",
            );
            let networks = reader.filled(&room_key(number, networks_key), network, empty);
            rooms = match (rooms, name, networks) {
                (Some(mut rooms), Some(name), Some(networks)) => {
                    rooms.push(Room { name, networks });
                    Some(rooms)
                }
                _ => None,
            };
        }
        rooms.map(Self)
    }
}

fn name(raw: &Raw) -> Result<String, Wrong> {
    let text = text(raw)?.trim();
    if text.is_empty() || text.len() > NAME_MAX_BYTES {
        let wrong = "This cannot be the name of a room.";
        let right = format!("Write what people call it, in at most {NAME_MAX_BYTES} bytes.");
        return Err(Wrong::new(wrong, right));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_network_says_which_room_it_is() {
        let room = |name: &str, networks: &[&str]| Room {
            name: name.to_owned(),
            networks: networks
                .iter()
                .map(|network| network.parse().expect("a network"))
                .collect(),
        };
        let rooms = Rooms(vec![
            room("Campus", &["10.0.0.0/8", "fd00::/8"]),
            room("Hall A", &["10.1.0.0/16", "192.0.2.7/32"]),
            room("Hall A, too", &["10.1.0.0/16"]),
        ]);
        let of = |address: &str| {
            let room = rooms.of(address.parse().expect("an address"));
            room.map(|room| room.name.as_str())
        };
        for (address, name) in [
            ("10.1.4.17", Some("Hall A")),
            ("::ffff:10.1.4.17", Some("Hall A")),
            ("10.2.4.17", Some("Campus")),
            ("192.0.2.7", Some("Hall A")),
            ("192.0.2.8", None),
            ("fd00::1", Some("Campus")),
            ("84.250.12.7", None),
        ] {
            assert_eq!(of(address), name, "{address}");
        }
    }
}
