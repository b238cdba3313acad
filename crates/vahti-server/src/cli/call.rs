//! One call of the HTTP API, as a command makes it, and the reading of its answer.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Method, Request, Response, StatusCode, header};
use http_body_util::BodyExt as _;
use reqwest::Url;
use serde::Serialize;
use serde::de::DeserializeOwned;
use vahti_client::Problem;

use super::exit::Failure;

/// The host's name in the address. Nobody resolves it: the socket decides who is asked.
const ANYWHERE: &str = "http://localhost/v1";

/// How long an owner may take to answer. It says by itself after ten seconds that its database does not answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// The same for a call that goes through all users or all of the record.
const LONG_PATIENCE: Duration = Duration::from_secs(3_600);

/// A call.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    method: Method,
    url: Url,
    body: Vec<u8>,
    patience: Option<Duration>,
    is_stream: bool,
}

impl Call {
    fn new(method: Method, path: &[&str]) -> Result<Self, Failure> {
        let unusable = || Failure::wrong("This cannot be part of an address.".to_owned());
        // Whatever reads an address takes these for a way through it, however they are written.
        if let Some(part) = path.iter().find(|part| ["", ".", ".."].contains(part)) {
            return Err(Failure::wrong(format!(
                "`{part}` is no name that can be asked for. Nothing was done."
            )));
        }
        let mut url = Url::parse(ANYWHERE).map_err(|_| unusable())?;
        url.path_segments_mut()
            .map_err(|()| unusable())?
            .extend(path);
        Ok(Self {
            method,
            url,
            body: Vec::new(),
            patience: Some(PATIENCE),
            is_stream: false,
        })
    }

    /// `GET /v1/…`, with these parts of the path.
    pub(crate) fn get(path: &[&str]) -> Result<Self, Failure> {
        Self::new(Method::GET, path)
    }

    /// `DELETE /v1/…`.
    pub(crate) fn delete(path: &[&str]) -> Result<Self, Failure> {
        Self::new(Method::DELETE, path)
    }

    /// `POST /v1/…`, without a body.
    pub(crate) fn order(path: &[&str]) -> Result<Self, Failure> {
        Self::new(Method::POST, path)
    }

    /// `POST /v1/…`, with a body.
    pub(crate) fn post(path: &[&str], body: &impl Serialize) -> Result<Self, Failure> {
        let body = serde_json::to_vec(body).map_err(|error| Failure::wrong(error.to_string()))?;
        Ok(Self {
            body,
            ..Self::new(Method::POST, path)?
        })
    }

    /// The same call, for which the owner may take long.
    #[must_use]
    pub(crate) fn patiently(mut self) -> Self {
        self.patience = Some(LONG_PATIENCE);
        self
    }

    /// The same call, answered by a stream that goes on until the owner ends.
    #[must_use]
    pub(crate) fn streaming(mut self) -> Self {
        self.patience = None;
        self.is_stream = true;
        self
    }

    /// How long the owner may take to answer; none for a stream.
    pub(super) const fn patience(&self) -> Option<Duration> {
        self.patience
    }

    /// Adds a parameter to the address, if there is a value.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: Option<impl ToString>) -> Self {
        if let Some(value) = value {
            self.url
                .query_pairs_mut()
                .append_pair(name, &value.to_string());
        }
        self
    }

    /// The request that it is.
    pub(super) fn request<B: From<Vec<u8>>>(&self) -> Result<Request<B>, Failure> {
        let mut request = Request::builder()
            .method(self.method.clone())
            .uri(self.url.as_str());
        if !self.body.is_empty() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        if self.is_stream {
            request = request.header(header::ACCEPT, "text/event-stream");
        }
        request
            .body(B::from(self.body.clone()))
            .map_err(|error| Failure::wrong(format!("This cannot be asked: {error}.")))
    }
}

/// Reads an answer whole.
pub(super) async fn read(answer: Response<Body>) -> Result<Bytes, Failure> {
    let body = answer
        .into_body()
        .collect()
        .await
        .map_err(|_| broke_off())?;
    Ok(body.to_bytes())
}

/// Reads an answer of this shape.
pub(super) async fn decode<T: DeserializeOwned>(answer: Response<Body>) -> Result<T, Failure> {
    let body = read(answer).await?;
    serde_json::from_slice(&body).map_err(|_| not_vahti())
}

/// Reads a message of a stream.
pub(super) fn message<T: DeserializeOwned>(data: &[u8]) -> Result<T, Failure> {
    serde_json::from_slice(data).map_err(|_| not_vahti())
}

/// Passes an answer on if it is one, and turns a problem into a failure.
pub(super) async fn accept(answer: Response<Body>) -> Result<Response<Body>, Failure> {
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    let body = read(answer).await?;
    let problem: Problem = serde_json::from_slice(&body).map_err(|_| not_vahti())?;
    let mut text = problem.detail.clone();
    // A problem with one field says in its detail what is wrong.
    for error in problem
        .errors
        .iter()
        .filter(|error| !problem.detail.contains(&error.message))
    {
        text.push_str(&format!("\n  {}: {}", error.field, error.message));
    }
    Err(match status {
        StatusCode::BAD_REQUEST => Failure::wrong(text),
        status if status.is_server_error() => Failure::cannot_tell(text),
        _ => Failure::no(text),
    })
}

pub(super) fn broke_off() -> Failure {
    Failure::cannot_tell(
        "The server ended before it had answered. Look whether it was done before you do it again.",
    )
}

fn not_vahti() -> Failure {
    Failure::cannot_tell(
        "What answered is another version of Vahti than this command: use the program that the server runs.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_are_encoded() {
        let call = Call::get(&["users", "a/b ?c", "explanation"])
            .expect("a call")
            .with("q", Some("ä&b"))
            .with("none", None::<&str>);
        let request: Request<Vec<u8>> = call.request().expect("a request");
        assert_eq!(
            request
                .uri()
                .path_and_query()
                .map(axum::http::uri::PathAndQuery::as_str),
            Some("/v1/users/a%2Fb%20%3Fc/explanation?q=%C3%A4%26b")
        );
    }
}
