//! Problems: one shape for everything that goes wrong (RFC 9457, `application/problem+json`).

use serde::{Deserialize, Serialize};

/// What went wrong, in a stable word and in a sentence for people.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// The stable name: `urn:vahti:problem:` and the word of a [`ProblemType`].
    #[serde(rename = "type")]
    pub kind: String,
    /// What kind of problem it is, in a few words; the same for every problem of this type.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened, what was kept, and what to do.
    pub detail: String,
    /// Which fields are wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

/// One field that is wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// The field.
    pub field: String,
    /// What is wrong with it, and what would be right.
    pub message: String,
}

/// A problem of `/authz`: the request may not go on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GateProblem {
    /// What went wrong.
    #[serde(flatten)]
    pub problem: Problem,
    /// How the session stands: `held`, `ended` or `none`.
    pub state: String,
    /// Why.
    pub reason: String,
    /// The page that tells a person why, and goes on once the session is let in.
    pub wait_url: String,
}

macro_rules! problems {
    ($($(#[$doc:meta])* $variant:ident = $word:literal, $status:literal, $title:literal;)*) => {
        /// Every kind of problem: its stable word, its status and its title stand together here.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ProblemType { $($(#[$doc])* $variant,)* }

        impl ProblemType {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The stable word.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// The HTTP status.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)* }
            }

            /// What kind of problem it is, in a few words.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }
        }
    };
}

problems! {
    /// The request cannot be read, or a field is wrong.
    Invalid = "invalid", 400, "The request is not right";
    /// The secret of a host of TIM's network is wrong.
    WrongSecret = "wrong_secret", 400, "The secret is wrong";
    /// The call needs a key.
    NoKey = "no_key", 401, "A key is needed";
    /// The call needs a session token.
    NoToken = "no_token", 401, "A session token is needed";
    /// The session waits.
    Held = "held", 401, "The session waits";
    /// There is no session, or it has ended.
    NoSession = "no_session", 401, "There is no open session";
    /// The key's role is not enough.
    WrongRole = "wrong_role", 403, "The key's role does not allow this";
    /// The key may act only on users with one of its groups.
    OutOfScope = "out_of_scope", 403, "The key's groups do not allow this";
    /// The user has as many active sessions as the limit allows, and the policy is `deny`.
    LimitReached = "limit_reached", 403, "The limit of active sessions is reached";
    /// The call needs the secret of a host of TIM's network, or an administrator.
    NoSecret = "no_secret", 403, "A secret or an administrator is needed";
    /// Nobody is logged in.
    NotLoggedIn = "not_logged_in", 403, "Nobody is logged in";
    /// The question does not come from a trusted proxy.
    UntrustedProxy = "untrusted_proxy", 403, "Only trusted proxies may ask here";
    /// There is no such address.
    NoSuchAddress = "no_such_address", 404, "There is no such address";
    /// There is no such session.
    UnknownSession = "unknown_session", 404, "There is no such session";
    /// There is no such user.
    UnknownUser = "unknown_user", 404, "There is no such user";
    /// There is no such key.
    UnknownKey = "unknown_key", 404, "There is no such key";
    /// There is no such supervisor.
    UnknownSupervisor = "unknown_supervisor", 404, "There is no such supervisor";
    /// The address does not take this method.
    WrongMethod = "wrong_method", 405, "The address does not take this method";
    /// The body did not arrive in time.
    TooSlow = "too_slow", 408, "The body did not arrive in time";
    /// The session id was used before.
    SessionIdTaken = "session_id_taken", 409, "The session id is taken";
    /// The idempotency key was used for another session.
    IdempotencyKeyReused = "idempotency_key_reused", 409, "The idempotency key belongs to another login";
    /// The session has ended.
    SessionEnded = "session_ended", 409, "The session has ended";
    /// What is asked for does not fit to how things stand: there is nothing to choose, nothing to take back, or no password to
    /// change.
    NotNow = "not_now", 409, "As things stand, this cannot be done";
    /// The name of the key is taken.
    KeyNameTaken = "key_name_taken", 409, "The name of the key is taken";
    /// The name of the supervisor is taken.
    SupervisorNameTaken = "supervisor_name_taken", 409, "The name of the supervisor is taken";
    /// The body is too large.
    TooLarge = "too_large", 413, "The body is too large";
    /// The body is not JSON.
    NotJson = "not_json", 415, "The body has to be JSON";
    /// There are as many of these as the host allows.
    TooMany = "too_many", 429, "Too many at a time";
    /// A fault of Vahti itself.
    Internal = "internal", 500, "A fault of Vahti itself";
    /// Sessions are not tracked, so nobody can be let through.
    NotTracked = "not_tracked", 503, "Sessions are not tracked";
    /// The host cannot tell, or cannot write.
    Unavailable = "unavailable", 503, "The database cannot be used";
}

impl Problem {
    /// A problem of this kind, with a sentence that says what happened, what was kept and what to do.
    #[must_use]
    pub fn new(kind: ProblemType, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:vahti:problem:{}", kind.word()),
            title: kind.title().to_owned(),
            status: kind.status(),
            detail: detail.into(),
            errors: Vec::new(),
        }
    }

    /// The stable word of the kind.
    #[must_use]
    pub fn word(&self) -> &str {
        self.kind.rsplit(':').next().unwrap_or_default()
    }
}
