//! A client of the API for host applications. It asks and tells; whether to ask again is its caller's decision.
//!
//! It fails closed: whatever is not a clear answer is [`ClientError::CannotTell`]. It follows no redirect and uses no proxy from
//! the environment, so that the key goes to the one address that it is meant for.

use core::{fmt, time::Duration};

use reqwest::{
    RequestBuilder, StatusCode,
    header::{HeaderMap, RETRY_AFTER},
    redirect,
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    CheckRequest, CheckResponse, ChooseRequest, EndRequest, EndResponse, InvalidateRequest,
    InvalidateResponse, LoginRequest, LoginResponse, Problem, SessionResponse, VerifyRequest,
    VerifyResponse,
};

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(2);
/// How long a check may take: it is answered from memory.
const CHECK: Duration = Duration::from_secs(3);
/// How long a command may take: longer than the 10 s that Vahti itself waits for its database, so that its own answer comes.
const COMMAND: Duration = Duration::from_secs(12);

/// A host application's way to a gate. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    key: String,
}

/// Why there is no answer to go by.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ClientError {
    /// The gate said no to the call itself: the problem says why, and nothing was changed.
    #[error("{}", .0.detail)]
    Refused(Problem),
    /// The gate cannot tell, or did not answer: let nobody new in, and log nobody out. A command may have been done.
    #[error("Vahti cannot tell: {0}")]
    CannotTell(String),
    /// The gate is asked too often, and did nothing: ask again after the wait, if it says one.
    #[error("Vahti is asked too often: {detail}")]
    TooOften {
        /// Why, in the gate's words.
        detail: String,
        /// How long to wait.
        wait: Option<Duration>,
    },
}

impl Client {
    /// A client of the gate at `url`, like `http://127.0.0.1:7300`, with an API key of role `app`.
    ///
    /// # Errors
    /// [`ClientError::CannotTell`] if the system gives no means to connect.
    pub fn new(url: &str, key: &str) -> Result<Self, ClientError> {
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(cannot_tell)?;
        Ok(Self {
            http,
            url: url.trim_end_matches('/').to_owned(),
            key: key.to_owned(),
        })
    }

    /// Records that the host application has logged a user in.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with `limit_reached` if the policy is `deny`: the password was not wrong.
    pub async fn login(&self, request: &LoginRequest) -> Result<LoginResponse, ClientError> {
        self.ask("login", request, COMMAND).await
    }

    /// As [`Client::login`], and asked again after [`ClientError::CannotTell`] it makes no second session: a repeat for that user
    /// with the same key, within ten minutes, takes the place of the first and gets a new token. The key is 1 to 128 visible
    /// ASCII characters, another for every login.
    ///
    /// # Errors
    /// As [`Client::login`]; [`ClientError::Refused`] with `idempotency_key_reused` if the key belongs to another login.
    pub async fn login_once(
        &self,
        request: &LoginRequest,
        idempotency_key: &str,
    ) -> Result<LoginResponse, ClientError> {
        let login = self.call(&self.key, "login", COMMAND);
        let login = login.header("Idempotency-Key", idempotency_key);
        answer(login.json(request)).await
    }

    /// Asks whether a request may go on. Only [`CheckResponse::allows`] lets in.
    ///
    /// # Errors
    /// [`ClientError::CannotTell`]: answer 503, and log nobody out.
    pub async fn check(&self, request: &CheckRequest) -> Result<CheckResponse, ClientError> {
        self.ask("check", request, CHECK).await
    }

    /// Lets a session in. Needs a key of role `supervisor` or `admin`.
    ///
    /// # Errors
    /// [`ClientError::Refused`] if there is no such session, or it has ended.
    pub async fn verify(&self, request: &VerifyRequest) -> Result<VerifyResponse, ClientError> {
        self.ask("verify", request, COMMAND).await
    }

    /// Puts sessions on hold. Needs a key of role `supervisor` or `admin`.
    ///
    /// # Errors
    /// [`ClientError::Refused`] if there is no such session.
    pub async fn invalidate(
        &self,
        request: &InvalidateRequest,
    ) -> Result<InvalidateResponse, ClientError> {
        self.ask("invalidate", request, COMMAND).await
    }

    /// Ends sessions for good.
    ///
    /// # Errors
    /// [`ClientError::Refused`] if there is no such session.
    pub async fn end(&self, request: &EndRequest) -> Result<EndResponse, ClientError> {
        self.ask("end", request, COMMAND).await
    }

    /// Under the policy `ask`: ends the chosen session of a user, and lets the session of their token in.
    ///
    /// # Errors
    /// [`ClientError::Refused`] if the session does not wait for a choice, or the chosen one is not the user's.
    pub async fn choose(
        &self,
        token: &str,
        request: &ChooseRequest,
    ) -> Result<SessionResponse, ClientError> {
        self.ask_as(token, "sessions/current/choose", request, COMMAND)
            .await
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        verb: &str,
        request: &impl Serialize,
        patience: Duration,
    ) -> Result<T, ClientError> {
        self.ask_as(&self.key, verb, request, patience).await
    }

    async fn ask_as<T: DeserializeOwned>(
        &self,
        bearer: &str,
        verb: &str,
        request: &impl Serialize,
        patience: Duration,
    ) -> Result<T, ClientError> {
        answer(self.call(bearer, verb, patience).json(request)).await
    }

    fn call(&self, bearer: &str, verb: &str, patience: Duration) -> RequestBuilder {
        let call = self.http.post(format!("{}/v1/{verb}", self.url));
        call.bearer_auth(bearer).timeout(patience)
    }
}

/// What is answered to a call, by what its caller can do.
async fn answer<T: DeserializeOwned>(call: RequestBuilder) -> Result<T, ClientError> {
    let answer = call.send().await.map_err(cannot_tell)?;
    let status = answer.status();
    if status.is_success() {
        return answer.json().await.map_err(cannot_tell);
    }
    let wait = wait_of(answer.headers());
    let problem: Problem = answer
        .json()
        .await
        .map_err(|_| ClientError::CannotTell(format!("it answered {status}")))?;
    Err(match status {
        StatusCode::UNAUTHORIZED => ClientError::CannotTell(problem.detail),
        StatusCode::TOO_MANY_REQUESTS => ClientError::TooOften {
            detail: problem.detail,
            wait,
        },
        status if status.is_client_error() => ClientError::Refused(problem),
        _ => ClientError::CannotTell(problem.detail),
    })
}

/// `Retry-After`, as Vahti gives it: in seconds.
fn wait_of(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// The status of the host application's own answer: 403 where the gate refused, 503 where it cannot tell.
impl From<ClientError> for StatusCode {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Refused(_) => Self::FORBIDDEN,
            ClientError::CannotTell(_) | ClientError::TooOften { .. } => Self::SERVICE_UNAVAILABLE,
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// The cause in one line, with what lies below it. It holds no key: that is in a header, and headers are not shown.
fn cannot_tell(error: reqwest::Error) -> ClientError {
    let error = error.without_url();
    let mut said = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(below) = cause {
        said = format!("{said}: {below}");
        cause = below.source();
    }
    ClientError::CannotTell(said)
}

#[cfg(test)]
mod tests {
    use axum::{Router, http::header::LOCATION, response::IntoResponse as _, routing::post};

    use super::*;
    use crate::ProblemType;

    /// What a check comes to, at a host that answers this.
    async fn check(status: u16, body: String) -> Result<CheckResponse, ClientError> {
        let status = StatusCode::from_u16(status).expect("a status");
        let elsewhere = [(LOCATION, "/elsewhere")];
        let answer = move || async move { (status, elsewhere, body).into_response() };
        let allow = || async { r#"{"verdict":"allow","reason":"active","valid_for_ms":0}"# };
        let app = Router::new()
            .route("/v1/check", post(answer))
            .route("/elsewhere", post(allow).get(allow));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a port");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        let host = tokio::spawn(async move { axum::serve(listener, app).await });
        let client = Client::new(&url, "secret").expect("a client");
        let checked = client.check(&CheckRequest::by_token("t")).await;
        host.abort();
        checked
    }

    fn problem(kind: ProblemType) -> (u16, String) {
        let problem = Problem::new(kind, "Because.");
        (
            problem.status,
            serde_json::to_string(&problem).expect("JSON"),
        )
    }

    #[tokio::test]
    async fn only_a_clear_allow_allows() {
        let said = |verdict: &str| {
            format!(r#"{{"verdict":"{verdict}","reason":"active","valid_for_ms":0}}"#)
        };
        assert!(check(200, said("allow")).await.expect("an answer").allows());
        for verdict in ["hold", "deny", "Allow", "", "maybe"] {
            let checked = check(200, said(verdict)).await.expect("an answer");
            assert!(!checked.allows(), "{verdict}");
        }
    }

    #[tokio::test]
    async fn what_is_no_clear_answer_is_that_nobody_can_tell() {
        let unavailable = problem(ProblemType::Unavailable);
        let no_key = problem(ProblemType::NoKey);
        let allow = r#"{"verdict":"allow","reason":"active","valid_for_ms":0}"#.to_owned();
        for (status, body) in [
            (200, "allow".to_owned()),
            (200, "{}".to_owned()),
            (307, allow.clone()),
            (500, allow),
            (403, "<html>".to_owned()),
            unavailable,
            no_key,
        ] {
            let error = check(status, body.clone()).await.expect_err(&body);
            assert_eq!(StatusCode::from(error).as_u16(), 503, "{status} {body}");
        }
    }

    #[tokio::test]
    async fn a_refusal_keeps_its_problem() {
        let (status, body) = problem(ProblemType::LimitReached);
        let error = check(status, body).await.expect_err("a refusal");
        assert_eq!(error.to_string(), "Because.");
        assert!(
            matches!(&error, ClientError::Refused(problem) if problem.word() == "limit_reached")
        );
        assert_eq!(StatusCode::from(error).as_u16(), 403);
    }

    #[tokio::test]
    async fn a_login_carries_its_idempotency_key_and_a_refused_one_says_how_long_to_wait() {
        let answer = |headers: HeaderMap| async move {
            let key = headers
                .get("Idempotency-Key")
                .and_then(|key| key.to_str().ok());
            let mut problem = Problem::new(ProblemType::TooMany, "Slowly.");
            problem.detail = key.unwrap_or("none").to_owned();
            let status = StatusCode::TOO_MANY_REQUESTS;
            (
                status,
                [(RETRY_AFTER, "7")],
                serde_json::to_string(&problem).expect("JSON"),
            )
        };
        let app = Router::new().route("/v1/login", post(answer));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let host = tokio::spawn(async move { axum::serve(listener, app).await });
        let client = Client::new(&url, "secret").expect("a client");
        let request: LoginRequest = serde_json::from_str(r#"{"user":"aino"}"#).expect("a login");
        let too_often = |detail: &str| ClientError::TooOften {
            detail: detail.to_owned(),
            wait: Some(Duration::from_secs(7)),
        };
        let once = client.login_once(&request, "form-71").await;
        assert_eq!(once.expect_err("refused"), too_often("form-71"));
        let plain = client.login(&request).await.expect_err("refused");
        assert_eq!(plain, too_often("none"));
        assert_eq!(StatusCode::from(plain).as_u16(), 503);
        host.abort();
    }

    #[tokio::test]
    async fn the_key_is_in_no_text() {
        let client = Client::new("http://127.0.0.1:1", "secret").expect("a client");
        let error = client.check(&CheckRequest::by_token("t")).await;
        let error = error.expect_err("nobody answers there");
        let shown = format!("{client:?} {error:?} {error}");
        assert!(
            !shown.contains("secret") && shown.contains("127.0.0.1"),
            "{shown}"
        );
    }
}
