//! Bodies: JSON of at most 16 KiB that arrives in time, turned into a request of a use case.

use core::time::Duration;

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, header},
};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::{
    Deserialize,
    de::{DeserializeOwned, Error as _},
};
use serde_json::Error;
use utoipa::ToSchema;
use vahti::Caller;
use vahti_client::ProblemType;

use super::{Wrong, shape};
use crate::http::{App, door::Key, problem::Refused};

/// The largest body.
const MAX_BYTES: usize = 16 * 1024;
/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);

/// A body on the wire that can be read as a request.
pub(in crate::http) trait Readable: DeserializeOwned + ToSchema {
    /// The largest body.
    const MAX_BYTES: usize = MAX_BYTES;

    /// What is asked for.
    type Request;

    /// What is asked for, or everything that is wrong with it.
    fn read(self, wrong: &mut Wrong) -> Option<Self::Request>;
}

/// A command, with who gives it and why, as far as the body says.
pub(in crate::http) struct Said<T> {
    pub(in crate::http) command: T,
    pub(in crate::http) actor: Option<String>,
    pub(in crate::http) reason: Option<String>,
}

impl<T> Said<T> {
    /// The command, and who gives it with this key.
    pub(in crate::http) fn by<R>(self, key: &Key<R>) -> (Caller, T) {
        (key.caller(self.actor, self.reason), self.command)
    }
}

/// What the body of a call asks for.
pub(in crate::http) struct Body<T: Readable>(pub(in crate::http) T::Request);

impl<T: Readable> FromRequest<App> for Body<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, _: &App) -> Result<Self, Refused> {
        parse::<T>(&at_most(request, T::MAX_BYTES).await?).map(Self)
    }
}

/// The bytes of a JSON body.
pub(in crate::http) async fn raw(request: Request) -> Result<Bytes, Refused> {
    at_most(request, MAX_BYTES).await
}

async fn at_most(request: Request, most: usize) -> Result<Bytes, Refused> {
    if !is_json(request.headers()) {
        return Err(Refused::new(
            ProblemType::NotJson,
            "The body has to be JSON, sent with `Content-Type: application/json`.",
        ));
    }
    let body = Limited::new(request.into_body(), most).collect();
    match tokio::time::timeout(PATIENCE, body).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Refused::new(
            ProblemType::TooLarge,
            format!("The body has at most {} KiB.", most / 1024),
        )),
        Ok(Err(_)) => Err(Refused::field("body", "The body broke off.")),
        Err(_) => Err(Refused::new(
            ProblemType::TooSlow,
            format!("The body did not arrive within {} s.", PATIENCE.as_secs()),
        )),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let mut all = headers.get_all(header::CONTENT_TYPE).iter();
    let first = all.next().and_then(|value| value.to_str().ok());
    let kind = first.map(|value| value.split(';').next().unwrap_or(value).trim());
    all.next().is_none() && kind.is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"))
}

fn parse<T: Readable>(bytes: &[u8]) -> Result<T::Request, Refused> {
    let mut wrong = Wrong::default();
    let body = match object::<T>(bytes) {
        Ok(body) => Some(body),
        Err(error) => shape::diagnose::<T>(bytes, &error, &mut wrong),
    };
    let request = body.and_then(|body| body.read(&mut wrong));
    wrong.finish(request)
}

/// Reads a JSON object. A list is none: its elements would be taken for the fields, in their order.
pub(in crate::http) fn object<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> serde_json::Result<T> {
    if bytes.trim_ascii_start().starts_with(b"[") {
        return Err(Error::custom("the body is a list"));
    }
    serde_json::from_slice(bytes)
}
