//! The part of an address that names what a call is about.

use axum::{
    RequestPartsExt as _,
    extract::{FromRequestParts, Path},
    http::request::Parts,
};

use crate::http::{App, problem::Refused};

/// What can be named in an address.
pub(in crate::http) trait Place: Sized {
    /// How the part is called.
    const NAME: &'static str;

    /// Reads it, or says why it cannot be one.
    fn read(text: &str) -> Result<Self, String>;
}

/// What an address names.
pub(in crate::http) struct Located<T>(pub(in crate::http) T);

impl<T: Place> FromRequestParts<App> for Located<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Refused> {
        let Path(text) = parts.extract::<Path<String>>().await.map_err(|_| {
            Refused::field(
                T::NAME,
                "The address is not well-formed: percent-encode it as UTF-8.",
            )
        })?;
        T::read(&text)
            .map(Self)
            .map_err(|message| Refused::field(T::NAME, message))
    }
}

impl Place for vahti_core::SessionId {
    const NAME: &'static str = "id";

    fn read(text: &str) -> Result<Self, String> {
        Self::new(text).map_err(|wrong| wrong.to_string())
    }
}

impl Place for vahti_core::UserId {
    const NAME: &'static str = "user";

    fn read(text: &str) -> Result<Self, String> {
        Self::new(text).map_err(|wrong| wrong.to_string())
    }
}
