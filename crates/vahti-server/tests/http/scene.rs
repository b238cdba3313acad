//! A host in a throwaway folder with its API, its keys and a clock that stands still. Every answer that comes through
//! here is held to what every answer promises.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, header},
};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use vahti::{
    Caller, Vahti,
    core::{Group, How, Policy, Role, Timestamp},
    store::{
        EventQuery, Host, SessionQuery, Store, StoreError, conformance::HandClock,
        sqlite::SqliteStore,
    },
};
use vahti_server::{
    config::{Config, Source},
    http::{self, App, Logins},
};

/// Whether files of expected answers are to be written anew.
pub(crate) fn is_renewing() -> bool {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test is told by its environment to renew a file"
    )]
    std::env::var("INSTA_UPDATE").is_ok_and(|how| how == "always")
}

/// A host with its API.
pub(crate) struct Scene {
    _folder: tempfile::TempDir,
    pub(crate) clock: Arc<HandClock>,
    pub(crate) vahti: Arc<Vahti>,
    pub(crate) app: App,
    pub(crate) router: Router,
    pub(crate) owner: Router,
    /// The host of the supervisors' own logins, and what the console knows of it.
    host_of_logins: Arc<Vahti>,
    pub(crate) logins: Logins,
    /// Ends the streams.
    pub(crate) stop: CancellationToken,
    keys: BTreeMap<String, String>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    pub(crate) body: Value,
}

impl Reply {
    /// The stable word of a problem.
    pub(crate) fn problem(&self) -> &str {
        let kind = self.body["type"].as_str().unwrap_or_default();
        kind.strip_prefix("urn:vahti:problem:").unwrap_or_default()
    }

    /// The fields that are said to be wrong.
    pub(crate) fn fields(&self) -> Vec<&str> {
        let errors = self.body["errors"].as_array().into_iter().flatten();
        errors.filter_map(|error| error["field"].as_str()).collect()
    }

    pub(crate) fn header(&self, name: header::HeaderName) -> &str {
        let value = self.headers.get(name).map(|value| value.to_str());
        value.map_or("", |value| value.expect("ASCII"))
    }
}

/// Two secrets of TIM's hosts: the one that is on its way out, and the new one.
pub(crate) const TIM_SECRETS: [&str; 2] = ["the-secret-of-yesterday", "the-secret-of-tomorrow"];

/// The configuration of a gate behind `https://exam.example.org`, for TIM's hosts too, with these keys set.
pub(crate) fn config(keys: &[(&str, &str)]) -> Config {
    config_of("", keys)
}

/// The same with a file.
fn config_of(file: &str, keys: &[(&str, &str)]) -> Config {
    let secrets = TIM_SECRETS.join(",");
    let flags: Vec<_> = [
        ("http.public_url", "https://exam.example.org"),
        ("tim.enabled", "true"),
        ("tim.secrets", &secrets),
    ]
    .iter()
    .chain(keys)
    .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
    .collect();
    let config = Config::load(Source {
        file: Some((Path::new("vahti.toml"), file)),
        flags: &flags,
        ..Source::default()
    });
    config.unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

/// A database in a file.
async fn sqlite(path: &Path, host: Host) -> Result<SqliteStore, StoreError> {
    SqliteStore::open(path, host).map_err(|error| StoreError::Unavailable(error.to_string()))
}

pub(crate) fn policy(max_per_user: u32) -> Policy {
    Policy {
        max_per_user,
        ..Policy::one_per_user()
    }
}

impl Scene {
    /// A host with a key for each role, named like it.
    pub(crate) async fn new(policy: Policy) -> Self {
        Self::with(policy, sqlite).await
    }

    pub(crate) async fn with<S: Store + 'static>(
        policy: Policy,
        store: impl AsyncFnOnce(&Path, Host) -> Result<S, StoreError>,
    ) -> Self {
        Self::with_both(policy, store, sqlite).await
    }

    /// The same, with a store for the logins of supervisors, too.
    pub(crate) async fn with_both<S: Store + 'static, L: Store + 'static>(
        policy: Policy,
        store: impl AsyncFnOnce(&Path, Host) -> Result<S, StoreError>,
        store_of_logins: impl AsyncFnOnce(&Path, Host) -> Result<L, StoreError>,
    ) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(HandClock::default());
        let path = folder.path().join("vahti.db");
        let open = async |host| store(&path, host).await;
        let vahti = Vahti::open(Arc::new(policy), clock.clone(), "here", open).await;
        let vahti = vahti.expect("the database opens").keep_free(2);
        let vahti = Arc::new(vahti);
        let path = folder.path().join("vahti-console.db");
        let open = async |host| store_of_logins(&path, host).await;
        let policy = Arc::new(http::console_policy());
        let host_of_logins = Vahti::open(policy, clock.clone(), "console", open).await;
        let host_of_logins = Arc::new(host_of_logins.expect("the database opens"));
        let logins = Logins::new(Some(Arc::clone(&host_of_logins)));
        let app = App::with_console(Arc::clone(&vahti), logins.clone(), &config(&[]));
        let mut scene = Self {
            stop: app.stop().clone(),
            _folder: folder,
            clock,
            vahti,
            router: http::router(app.clone()),
            owner: http::owner_router(app.clone()),
            app,
            host_of_logins,
            logins,
            keys: BTreeMap::new(),
        };
        for role in Role::ALL {
            scene.key(role.as_str(), *role, &[]).await;
        }
        scene
    }

    /// The host of the supervisors' own logins.
    pub(crate) fn host_of_logins(&self) -> Arc<Vahti> {
        Arc::clone(&self.host_of_logins)
    }

    /// The same host with other settings for TIM's hosts.
    pub(crate) fn set_tim(&mut self, over: &[(&str, &str)]) {
        self.router = self.router_with(over);
    }

    /// The same host, with its console, by this file.
    pub(crate) fn set_file(&mut self, file: &str) {
        let (vahti, logins) = (Arc::clone(&self.vahti), self.logins.clone());
        let app = App::with_console(vahti, logins, &config_of(file, &[]));
        self.router = http::router(app);
    }

    /// The same host with another configuration.
    pub(crate) fn router_with(&self, keys: &[(&str, &str)]) -> Router {
        http::router(App::new(Arc::clone(&self.vahti), &config(keys)))
    }

    /// Makes a key.
    pub(crate) async fn key(&mut self, name: &str, role: Role, groups: &[&str]) {
        let groups = groups
            .iter()
            .map(|group| Group::new(group).expect("a group"));
        let caller = Caller::named("cli", How::Cli);
        let text = self.vahti.create_key(&caller, name, role, groups.collect());
        self.keys
            .insert(name.to_owned(), text.await.expect("a key"));
    }

    /// The text of a key.
    pub(crate) fn text_of<'a>(&'a self, key: &'a str) -> &'a str {
        self.keys.get(key).map_or(key, String::as_str)
    }

    /// A POST with this key and this body.
    pub(crate) async fn post(&self, key: &str, path: &str, body: impl Into<Value>) -> Reply {
        self.send(self.request(Method::POST, path, key, Some(body.into())))
            .await
    }

    /// A GET with this key.
    pub(crate) async fn get(&self, key: &str, path: &str) -> Reply {
        self.send(self.request(Method::GET, path, key, None)).await
    }

    /// A request with this key; an empty one is none.
    pub(crate) fn request(
        &self,
        method: Method,
        path: &str,
        key: &str,
        body: Option<Value>,
    ) -> Request<Body> {
        let mut request = Request::builder().method(method).uri(path);
        if !key.is_empty() {
            request = request.header(
                header::AUTHORIZATION,
                format!("Bearer {}", self.text_of(key)),
            );
        }
        let body = match body {
            None => Body::empty(),
            Some(body) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
        };
        request.body(body).expect("a request")
    }

    /// Sends a request to the network's router.
    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        send(&self.router, request).await
    }

    /// All that the host holds but last-seen times, and that a password at the console was wrong.
    pub(crate) async fn digest(&self) -> String {
        let caller = Caller::named("test", How::Cli);
        let query = SessionQuery {
            limit: 1_000,
            ..SessionQuery::default()
        };
        let mut sessions = self
            .vahti
            .sessions(&caller, query)
            .await
            .expect("sessions")
            .items;
        for record in &mut sessions {
            record.session.last_seen.at = Timestamp::from_millis(0);
            record.session.last_seen.here = true;
        }
        let query = EventQuery {
            limit: 1_000,
            ..EventQuery::default()
        };
        let mut events = self.vahti.events(&caller, query).await.expect("events");
        events
            .items
            .retain(|event| event.verb != "supervisor_refuse");
        let keys = self.vahti.keys(&caller).await.expect("keys");
        let supervisors = self.vahti.supervisors(&caller).await.expect("supervisors");
        format!("{sessions:#?}\n{events:#?}\n{keys:#?}\n{supervisors:#?}")
    }
}

/// Sends a request and looks at what every answer has to be.
pub(crate) async fn send(router: &Router, request: Request<Body>) -> Reply {
    let call = format!("{} {}", request.method(), request.uri());
    let is_head = request.method() == Method::HEAD;
    let is_asset = request.uri().path().ends_with(".css") || request.uri().path().ends_with(".js");
    let is_gate = request.uri().path().starts_with("/authz/");
    let is_page = ["/vahti/logout", "/vahti/console"]
        .iter()
        .any(|page| request.uri().path().starts_with(page));
    let documented = crate::document::statuses(request.method(), request.uri().path());
    let answer = router.clone().oneshot(request).await.expect("an answer");
    let (parts, body) = answer.into_parts();
    let bytes = body.collect().await.expect("a body").to_bytes();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let reply = Reply {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body: serde_json::from_str(&text).unwrap_or_default(),
        text,
    };
    let kept = if is_asset && reply.status == 200 {
        "no-cache"
    } else {
        "no-store"
    };
    assert_eq!(reply.header(header::CACHE_CONTROL), kept, "{call}");
    assert_eq!(
        reply.header(header::X_CONTENT_TYPE_OPTIONS),
        "nosniff",
        "{call}"
    );
    assert_ne!(reply.status, 500, "{call}: {}", reply.text);
    if let Some(documented) = documented {
        assert!(
            documented.contains(&reply.status),
            "{call}: {} is not documented",
            reply.status
        );
    }
    if is_head || is_gate && reply.headers.contains_key(header::LOCATION) {
        assert_eq!(reply.text, "", "{call}");
    } else if reply.status >= 400 && reply.body["verdict"].is_null() && !is_page {
        assert_eq!(
            reply.header(header::CONTENT_TYPE),
            "application/problem+json",
            "{call}"
        );
        assert_eq!(reply.body["status"], reply.status, "{call}");
        assert!(!reply.problem().is_empty(), "{call}: {}", reply.text);
        let detail = reply.body["detail"].as_str().unwrap_or_default();
        assert!(detail.ends_with(['.', '?']), "{call}: {detail}");
    }
    match reply.status {
        401 if is_gate => {
            let challenge = reply.header(header::WWW_AUTHENTICATE);
            assert!(challenge.starts_with("Vahti state="), "{call}: {challenge}");
        }
        401 if is_page => {
            let challenge = reply.header(header::WWW_AUTHENTICATE);
            assert!(challenge.starts_with("Vahti login="), "{call}: {challenge}");
        }
        401 if reply.body["verdict"].is_null() => {
            assert_eq!(reply.header(header::WWW_AUTHENTICATE), "Bearer", "{call}");
        }
        503 if !is_page => assert_eq!(reply.header(header::RETRY_AFTER), "1", "{call}"),
        _ => {}
    }
    reply
}
