//! The calls of TIM's network, below `/user/sessions`: for its hosts and its tools, with its words and its statuses. They
//! are thin: what they do are Vahti's own verbs. Where TIM's behaviour is not known, `docs/tim.md` says what was chosen.

use serde::Serialize;
use utoipa::ToSchema;

pub(in crate::http) mod all;
pub(in crate::http) mod current;
pub(in crate::http) mod everyone;
pub(in crate::http) mod orders;

/// It was done.
#[derive(Serialize, ToSchema)]
#[schema(as = TimDone)]
pub(in crate::http) struct Done {
    /// `ok`.
    status: &'static str,
}

impl Done {
    const OK: Self = Self { status: "ok" };
}
