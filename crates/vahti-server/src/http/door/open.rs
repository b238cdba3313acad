//! The door that is open to everybody: it gives nothing but whether the host can serve.

use core::convert::Infallible;

use axum::{extract::FromRequestParts, http::request::Parts};

use super::{Access, App, Door};

/// A call that needs no key.
pub(in crate::http) struct Open {
    app: App,
}

impl Open {
    /// Whether the host can tell; if not, its process is about to end.
    pub(in crate::http) fn is_ready(&self) -> bool {
        self.app.vahti().failure().is_none()
    }
}

impl Door for Open {
    const ACCESS: Access = Access::Open;
}

impl FromRequestParts<App> for Open {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(Self { app: app.clone() })
    }
}
