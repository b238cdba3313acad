//! Supervisors: the accounts with which people use the console, as an administrator makes, lists, changes and disables them.

use serde::{Deserialize, Serialize};

use crate::Time;

/// `POST /v1/supervisors`: an administrator makes an account with a password.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateSupervisorRequest {
    /// What the person is called: one to 64 characters. No two valid accounts have one name.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 64, example = "Maija K")
    )]
    pub name: String,
    /// The password, at least 12 characters. Without one a good one is made, and shown in the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 12, max_length = 256, example = "a long sentence")
    )]
    pub password: Option<String>,
    /// If not empty: the account acts on and sees only users with one of these groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
}

/// Answer of `POST /v1/supervisors`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedSupervisor {
    /// The name.
    pub name: String,
    /// The password, shown this once; none if the request brought one.
    pub password: Option<String>,
}

/// `POST /v1/supervisors/{name}/password`: an administrator gives an account another password.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangePasswordRequest {
    /// The new password, at least 12 characters. Without one a good one is made, and shown in the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 12, max_length = 256, example = "another long sentence")
    )]
    pub password: Option<String>,
}

/// Answer of `POST /v1/supervisors/{name}/password`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangedPassword {
    /// The name.
    pub name: String,
    /// The new password, shown this once; none if the request brought one.
    pub password: Option<String>,
}

/// `POST /v1/invitations`: an administrator invites somebody to the console for a while.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct InviteRequest {
    /// What the person is called, as in `POST /v1/supervisors`.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 64, example = "Eino S")
    )]
    pub name: String,
    /// For how long the account lasts: a duration with its unit, from a minute to seven days; `"12h"` if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        schema(example = "12h", pattern = r"^([1-9][0-9]?m|[1-9][0-9]?h|[1-7]d)$")
    )]
    pub length: Option<String>,
    /// If not empty: the account acts on and sees only users with one of these groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
}

/// Answer of `POST /v1/invitations`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invitation {
    /// The name.
    pub name: String,
    /// The link, shown this once: it logs one browser in, once.
    pub url: String,
    /// When the account is over, and the link with it.
    pub expires_at: Time,
}

/// An account of a supervisor; never what proves it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Supervisor {
    /// What the person is called.
    pub name: String,
    /// Whether it has a password; otherwise the person was invited.
    pub has_password: bool,
    /// Whether its invitation can still be used.
    pub is_invited: bool,
    /// If not empty: it acts on and sees only users with one of these groups.
    pub groups: Vec<String>,
    /// When it was made.
    pub created_at: Time,
    /// When it is over by itself.
    pub expires_at: Option<Time>,
    /// When it was disabled.
    pub disabled_at: Option<Time>,
}

/// Answer of `GET /v1/supervisors`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SupervisorsResponse {
    /// Every account, also those that are over, by name.
    pub supervisors: Vec<Supervisor>,
}
