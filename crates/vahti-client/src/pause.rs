//! Break glass: what an administrator sends, and what the server answers.

use serde::{Deserialize, Serialize};

use crate::Time;

/// `POST /v1/pause`: every check allows for a while.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PauseRequest {
    /// For how long: a duration with its unit, like `"2h"`; at least a second, at most 12 hours.
    #[cfg_attr(
        feature = "openapi",
        schema(
            example = "2h",
            pattern = r"^([1-9][0-9]{0,3}s|[1-9][0-9]?m|([1-9]|1[0-2])h)$"
        )
    )]
    pub length: String,
    /// Why, in the administrator's own words.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 1024))]
    pub reason: String,
    /// The person who acts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
}

/// `POST /v1/resume`: the gate guards again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ResumeRequest {
    /// Why, in the administrator's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The person who acts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
}

/// Answer of `POST /v1/pause`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PauseResponse {
    /// When the pause ends by itself.
    pub until: Time,
}

/// Answer of `POST /v1/resume`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResumeResponse {
    /// Whether there was a pause to end.
    pub was_paused: bool,
}
