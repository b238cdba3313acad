//! Made-up sessions: any number of them, one a user, the same in every run. Ids, names and tokens have the shape and
//! the length of real ones.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use vahti_core::{
    Account, LastSeen, Login, Marks, Secret, Session, SessionId, Stamp, State, Timestamp, Token,
    UserId,
};

/// The length of a token: `v1.`, 22 characters of the id, a dot, 43 of the secret.
pub(crate) const TOKEN_BYTES: usize = 69;

/// The length of an id.
const ID_BYTES: usize = 22;

/// The user with this number: 20 bytes.
pub(crate) fn user(number: u64) -> UserId {
    UserId::new(&format!("user-{number:015}")).expect("a user name")
}

/// The id of the user's session: a UUID version 7, as a login makes it.
pub(crate) fn session(number: u64) -> SessionId {
    let mut uuid = [0; 16];
    uuid[..6].copy_from_slice(&(1_790_000_000_000 + number).to_be_bytes()[2..]);
    uuid[6..].copy_from_slice(&Sha256::digest(number.to_be_bytes())[..10]);
    uuid[6] = uuid[6] & 0x0f | 0x70;
    uuid[8] = uuid[8] & 0x3f | 0x80;
    SessionId::new(&URL_SAFE_NO_PAD.encode(uuid)).expect("a session id")
}

/// The secret half of the user's token.
pub(crate) fn secret(number: u64) -> [u8; 32] {
    Sha256::digest([number.to_be_bytes(), *b"a secret"].concat()).into()
}

/// The account of a user who has logged in once, at `now`.
pub(crate) fn account(number: u64, now: Timestamp) -> Account {
    let mut account = Account::new(user(number));
    let stamp = Stamp::at(now);
    account.version = 1;
    account.newest = stamp;
    account.sessions.push(Session {
        id: session(number),
        secret: Secret::new(secret(number)).hash(),
        login: Login {
            stamp,
            at: now,
            imported_at: None,
            held: None,
            place: None,
            origin: None,
            app: "lms".to_owned(),
            home: "here".to_owned(),
            idempotency: None,
        },
        marks: Marks {
            admitted: stamp,
            ..Marks::default()
        },
        last_seen: LastSeen {
            at: now,
            here: false,
        },
        state: State::Active,
        expired_at: None,
        turned: Stamp::NEVER,
    });
    account
}

/// The keys of all sessions in a random order, each kind side by side in memory: reading the next one is cheap, as
/// it is for a request that has just arrived; only what is looked up lies anywhere.
pub(crate) struct Keys {
    ids: String,
    secrets: Vec<[u8; 32]>,
    tokens: String,
}

impl Keys {
    /// Those of the first `count` users.
    pub(crate) fn of(count: u64) -> Self {
        let mut keys = Self {
            ids: String::new(),
            secrets: Vec::new(),
            tokens: String::new(),
        };
        for number in shuffled(count) {
            let (id, secret) = (session(number), secret(number));
            keys.tokens
                .push_str(&Token::text(&id, &Secret::new(secret)));
            keys.ids.push_str(id.as_str());
            keys.secrets.push(secret);
        }
        keys
    }

    /// How many there are.
    pub(crate) const fn len(&self) -> usize {
        self.secrets.len()
    }

    /// The token at this place; the places go round.
    pub(crate) fn token(&self, place: usize) -> &str {
        let begin = place % self.len() * TOKEN_BYTES;
        &self.tokens[begin..begin + TOKEN_BYTES]
    }

    /// The id and the secret at this place.
    pub(crate) fn parts(&self, place: usize) -> (&str, &[u8; 32]) {
        let place = place % self.len();
        (
            &self.ids[place * ID_BYTES..(place + 1) * ID_BYTES],
            &self.secrets[place],
        )
    }
}

/// The numbers below `count` in an order that has nothing to do with them (Fisher and Yates, splitmix64).
fn shuffled(count: u64) -> Vec<u64> {
    let mut numbers: Vec<u64> = (0..count).collect();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for place in (1..numbers.len()).rev() {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let other = usize::try_from((mixed ^ (mixed >> 31)) % (place as u64 + 1)).unwrap_or(0);
        numbers.swap(place, other);
    }
    numbers
}
