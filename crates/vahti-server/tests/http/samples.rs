//! One good request for each call. A call without one here fails the tests that walk over all calls.

use axum::http::Method;
use serde_json::{Value, json};
use vahti_server::http::Route;

use crate::scene::TIM_SECRETS;

/// A good request: the address and the body.
pub(crate) fn sample(route: &Route) -> (String, Option<Value>) {
    let (path, body) = match (&route.method, route.path.as_str()) {
        (&Method::POST, "/v1/login") => ("/v1/login", json!({"user": "eino"})),
        (&Method::POST, "/v1/check") => {
            ("/v1/check", json!({"user": "aino", "session_id": "home"}))
        }
        (&Method::POST, "/v1/verify") => {
            ("/v1/verify", json!({"user": "aino", "session_id": "home"}))
        }
        (&Method::POST, "/v1/invalidate") => ("/v1/invalidate", json!({"user": "aino"})),
        (&Method::POST, "/v1/end") => ("/v1/end", json!({"session_id": "home"})),
        (&Method::POST, "/v1/erase") => ("/v1/erase", json!({"user": "aino"})),
        (&Method::POST, "/v1/backup") => ("/v1/backup", Value::Null),
        (&Method::POST, "/v1/verify-all") => ("/v1/verify-all", json!({"dry_run": true})),
        (&Method::POST, "/v1/invalidate-all") => ("/v1/invalidate-all", json!({"dry_run": true})),
        (&Method::POST, "/v1/end-all") => ("/v1/end-all", json!({"dry_run": true})),
        (&Method::POST, "/v1/import") => (
            "/v1/import",
            json!({"sessions": [{"user": "vieno", "id": "old", "logged_in_at": "2026-01-01T00:00:00Z"}]}),
        ),
        (&Method::POST, "/v1/pause") => ("/v1/pause", json!({"length": "1s", "reason": "a try"})),
        (&Method::POST, "/v1/resume") => ("/v1/resume", json!({})),
        (&Method::POST, "/v1/keys") => ("/v1/keys", json!({"name": "new", "role": "auditor"})),
        (&Method::DELETE, "/v1/keys/{name}") => ("/v1/keys/spare", Value::Null),
        (&Method::POST, "/v1/supervisors") => (
            "/v1/supervisors",
            json!({"name": "Eino", "password": "correct horse battery"}),
        ),
        (&Method::POST, "/v1/supervisors/{name}/password") => (
            "/v1/supervisors/Maija%20K/password",
            json!({"password": "correct horse battery"}),
        ),
        (&Method::DELETE, "/v1/supervisors/{name}") => ("/v1/supervisors/Maija%20K", Value::Null),
        (&Method::POST, "/v1/invitations") => ("/v1/invitations", json!({"name": "Eino"})),
        (&Method::GET, "/v1/sessions/{id}") => ("/v1/sessions/home", Value::Null),
        (&Method::GET, "/v1/sessions") => ("/v1/sessions?user=aino", Value::Null),
        (&Method::GET, "/v1/users/{user}/explanation") => {
            ("/v1/users/aino/explanation", Value::Null)
        }
        (&Method::POST, path @ ("/user/sessions/verify" | "/user/sessions/invalidate")) => (
            path,
            json!({"username": "aino", "session_id": "home", "secret": TIM_SECRETS[0]}),
        ),
        (&Method::POST, "/user/sessions/{user}/verify") => {
            ("/user/sessions/aino/verify?session_id=home", Value::Null)
        }
        (&Method::POST, "/user/sessions/{user}/invalidate") => {
            ("/user/sessions/aino/invalidate", Value::Null)
        }
        (&Method::POST, path @ ("/user/sessions/verifyAll" | "/user/sessions/invalidateAll")) => {
            (path, Value::Null)
        }
        (&Method::GET, "/authz/ext-authz/{path}") => ("/authz/ext-authz/exam", Value::Null),
        (&Method::POST, path) if path.starts_with("/vahti/console/") => (path, Value::Null),
        (&Method::POST, path @ "/v1/sessions/current/choose") => (path, json!({"ends": "home"})),
        (&Method::POST, path @ "/vahti/gate/choose") => (path, Value::Null),
        (&Method::GET, "/vahti/s/{challenge}") => {
            ("/vahti/s/home.AAAAAAAAAAAAAAAAAAAAAA", Value::Null)
        }
        (&Method::POST, "/vahti/logout") => ("/vahti/logout", Value::Null),
        (&Method::GET, path) if !path.contains('{') => (path, Value::Null),
        (method, path) => panic!("{method} {path} has no sample"),
    };
    (path.to_owned(), Some(body).filter(|body| !body.is_null()))
}
