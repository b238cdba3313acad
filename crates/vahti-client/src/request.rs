//! What callers send. Texts are as they came; the server says which of them are wrong.

use serde::{Deserialize, Serialize};
use vahti_core::Role;

use crate::Time;

/// `POST /v1/login`: the host application has logged a user in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LoginRequest {
    /// The host application's name for the person: opaque, at most 256 bytes.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 256, example = "aino")
    )]
    pub user: String,
    /// An id of the caller's choice, `[A-Za-z0-9_-]{1,64}`, unique over all users. Made if absent.
    #[cfg_attr(feature = "openapi", schema(pattern = "^[A-Za-z0-9_-]{1,64}$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// The name that people know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The mail address, passed on to applications.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// A number that a supervisor can compare with a card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Where the user sits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Where the login comes from. It never refuses a login.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// Groups of the user, each `[A-Za-z0-9_.:@/-]{1,64}`. Empty leaves what was known before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// The token that this browser holds already: its session ends. A wrong one is ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
    /// The person who acts, if it is not the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
}

impl LoginRequest {
    /// The login of this user, and nothing more.
    #[must_use]
    pub fn of(user: impl Into<String>) -> Self {
        Self {
            user: user.into(),
            ..Self::default()
        }
    }

    /// The same, in a browser that holds this token already; an empty one is none.
    #[must_use]
    pub fn replacing(mut self, token: &str) -> Self {
        self.replaces = (!token.is_empty()).then(|| token.to_owned());
        self
    }
}

/// Where a login comes from, as the host application saw it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// The address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    /// The `User-Agent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// A text of its own; used instead of the other two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// `POST /v1/check`: may this request go on? Either `token`, or `user` with `session_id`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CheckRequest {
    /// The token that the browser holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// The user for whom the host application vouches.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 256, example = "aino")
    )]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The session that the request belongs to.
    #[cfg_attr(
        feature = "openapi",
        schema(pattern = "^[A-Za-z0-9_-]{1,64}$", example = "seat-17")
    )]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// Groups that the host application knows the user to be in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// The path that is asked for: `/path` or `https://host/path`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The user whom the question is about, if it may be another than the one who asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// `false`: the check does not count as a use of the session. Default `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub touch: Option<bool>,
}

impl CheckRequest {
    /// May the browser that holds this token go on?
    #[must_use]
    pub fn by_token(token: impl Into<String>) -> Self {
        Self {
            token: Some(token.into()),
            ..Self::default()
        }
    }

    /// The same, for this path.
    #[must_use]
    pub fn at(mut self, path: &str) -> Self {
        self.path = Some(path.to_owned());
        self
    }
}

/// `POST /v1/verify`: a supervisor lets a session in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct VerifyRequest {
    /// Whose session.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 256, example = "aino")
    )]
    pub user: String,
    /// Which session; without one, the latest login that has not ended.
    #[cfg_attr(
        feature = "openapi",
        schema(pattern = "^[A-Za-z0-9_-]{1,64}$", example = "seat-17")
    )]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// Keep the user's other sessions as far as the limit allows.
    #[serde(default)]
    pub keep_others: bool,
    /// Why, in the supervisor's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The person who acts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
}

/// `POST /v1/invalidate`: a supervisor puts sessions on hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct InvalidateRequest {
    /// Whose sessions.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 256, example = "aino")
    )]
    pub user: String,
    /// Which session; without one, all of the user's.
    #[cfg_attr(
        feature = "openapi",
        schema(pattern = "^[A-Za-z0-9_-]{1,64}$", example = "seat-17")
    )]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// Hold later logins of the user too, until a verify.
    #[serde(default)]
    pub hold_logins: bool,
    /// Why, in the supervisor's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The person who acts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
}

/// `POST /v1/sessions/current/choose`: under the policy `ask`, which session ends so that the token's own goes on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChooseRequest {
    /// The session that ends: another of the same user. Without it the token's session takes a place that has become free.
    #[cfg_attr(feature = "openapi", schema(pattern = "^[A-Za-z0-9_-]{1,64}$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<String>,
}

/// `POST /v1/end`: sessions are over for good. Exactly one of `session_id`, `token` and `user`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EndRequest {
    /// This session.
    #[cfg_attr(feature = "openapi", schema(pattern = "^[A-Za-z0-9_-]{1,64}$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// The session that this token proves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// All sessions of this user.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 256))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// With `user`: the session that is kept.
    #[cfg_attr(feature = "openapi", schema(pattern = "^[A-Za-z0-9_-]{1,64}$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub except: Option<String>,
    /// Why, in the caller's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The person who acts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
}

impl EndRequest {
    /// The session that this token proves is over.
    #[must_use]
    pub fn by_token(token: impl Into<String>) -> Self {
        Self {
            token: Some(token.into()),
            ..Self::default()
        }
    }
}

/// `POST /v1/verify-all`, `/v1/invalidate-all`, `/v1/end-all`. Every condition that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AllRequest {
    /// These users; none given: everybody who has an open session.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<String>,
    /// Users with one of these groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Not users with one of these groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except_groups: Vec<String>,
    /// Sessions at one of these places.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<String>,
    /// `waiting`: only sessions that wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<Only>,
    /// Sessions that logged in before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logged_in_before: Option<Time>,
    /// Sessions that were not used for this long: a duration with its unit, like `"10m"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unseen_for: Option<String>,
    /// Count only; change nothing.
    #[serde(default)]
    pub dry_run: bool,
    /// Why, in the supervisor's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The person who acts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
}

/// Which sessions a command for many users is limited to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Only {
    /// Sessions that wait.
    Waiting,
}

/// `POST /v1/erase`: an administrator has everything forgotten that is known of a person.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EraseRequest {
    /// Who.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 256, example = "aino")
    )]
    pub user: String,
    /// Why, in the administrator's own words; it is kept, so it names nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The person who acts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
}

/// `POST /v1/keys`: an administrator makes an API key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateKeyRequest {
    /// Its name, `[A-Za-z0-9_.:@/-]{1,64}`, unique also among revoked keys.
    #[cfg_attr(feature = "openapi", schema(pattern = "^[A-Za-z0-9_.:@/-]{1,64}$"))]
    pub name: String,
    /// What its holder may do.
    pub role: Role,
    /// If not empty: it acts on and sees only users with one of these groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
}

/// `POST /v1/import`: sessions are taken over from another system. Give all open sessions of a user in one call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ImportRequest {
    /// The sessions, at most 1000.
    pub sessions: Vec<ImportedSession>,
    /// Only count.
    #[serde(default)]
    pub dry_run: bool,
    /// The person who acts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// Why, in that person's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A session as another system had it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ImportedSession {
    /// Its id: `[A-Za-z0-9_-]{1,64}`.
    pub id: String,
    /// Whose session it is.
    pub user: String,
    /// The name that people know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A number that a supervisor can compare with a card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Where the user sits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The application that recorded it; the key's name if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// `active`, `held` or `ended`. Absent: `ended` with an `expired_at`, else `active`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Why it is held; `superseded` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it logged in.
    pub logged_in_at: Time,
    /// When it stopped being active.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expired_at: Option<Time>,
    /// Where it comes from. It never refuses a session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// Groups of the user.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
}
