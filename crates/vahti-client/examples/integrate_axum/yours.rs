//! The application's own part: who may log in, and what there is to see.

use axum::{extract::Extension, http::StatusCode, response::Response};

/// What a part of the application answers.
pub(crate) type Answer = Result<Response, StatusCode>;

/// The cookie's name over http; over https it is `__Host-vahti`.
pub(crate) const COOKIE: &str = "vahti";

/// What the form of the login sends.
#[derive(serde::Deserialize)]
pub(crate) struct Credentials {
    user: String,
    password: String,
}

impl Credentials {
    /// The account that they belong to, under the one name that it has: it is found in any case.
    pub(crate) fn account(&self) -> Option<String> {
        (self.password == "right").then(|| self.user.to_lowercase())
    }
}

/// The user of a request that may go on; none where a path is open to everybody.
#[derive(Clone)]
pub(crate) struct User(pub(crate) Option<String>);

pub(crate) async fn form() -> &'static str {
    "Log in."
}

pub(crate) async fn home(Extension(User(user)): Extension<User>) -> String {
    format!("Hello, {}.", user.unwrap_or_default())
}
