//! The HTTP API, version 1: from requests to use cases and back. Who may call is decided by the doors, what is wrong
//! with a request by what reads it; both stand before a handler runs, so that a handler is one straight story.
//!
//! It holds no rules and no SQL, opens no socket and reads no clock.

mod answer;
mod authz;
mod call;
mod declare;
mod door;
mod meter;
mod nowhere;
mod openapi;
mod problem;
mod request;
mod stream;
mod suggest;
mod table;
mod text;
mod wire;

use core::any::Any;
use std::sync::LazyLock;

use axum::{
    Extension, Router,
    http::Method,
    middleware::from_fn_with_state,
    response::{IntoResponse as _, Response},
    routing::{any, get},
};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_axum::router::OpenApiRouter;
use vahti_client::ProblemType;
use vahti_core::Policy;

pub(crate) use self::{
    call::policy::limit_in_words,
    door::{Behind, Browser, Door, Guest, NotIn, Place, Supervisor, Visitor, access, cookie},
    table::{Form as TableForm, ROWS as TABLE_ROWS, Reader, Table},
    text::{harmless, shown},
};
use self::{
    call::{
        backup, check, choose, current, document, end, erase, events, everyone, explanation,
        health, import, invalidate, keys, login, metrics, pause, policy, session, sessions,
        supervisors, tim, verify,
    },
    declare::{Declared, declare},
    problem::Refused,
};
pub use self::{
    declare::Route,
    door::{Access, App},
};
pub use crate::console::Logins;
use crate::{console, pages};

/// The API as it is served on the network.
pub fn router(app: App) -> Router {
    let (router, _) = declared(app.tim().enabled).router.split_for_parts();
    edge(router, app)
}

/// The same with the demo, in which anybody logs in under any name.
pub(crate) fn router_with_demo(app: App) -> Router {
    let (router, _) = declared(app.tim().enabled).router.split_for_parts();
    edge(router.merge(pages::demo(&app)), app)
}

/// The same, and at `path` a call that reads what a check reads, and answers `constant` without having checked
/// anything: what benchmarks compare the check with.
#[cfg(feature = "bench")]
pub fn router_with_twin(
    app: App,
    path: &str,
    constant: impl Fn() -> axum::body::Bytes + Clone + Send + Sync + 'static,
) -> Router {
    let (router, _) = declared(app.tim().enabled).router.split_for_parts();
    edge(router.route(path, call::twin::twin(constant)), app)
}

/// The same with a twin of `/authz/forward-auth`, which answers with the headers `constant`.
#[cfg(feature = "bench")]
pub fn router_with_authz_twin(
    app: App,
    path: &str,
    constant: impl Fn() -> axum::http::HeaderMap + Clone + Send + Sync + 'static,
) -> Router {
    let (router, _) = declared(app.tim().enabled).router.split_for_parts();
    edge(router.route(path, authz::twin::twin(constant)), app)
}

/// What stands around every call.
fn edge(router: Router<App>, app: App) -> Router {
    let console = if app.console().is_there() {
        console::router(&app)
    } else {
        Router::new()
    };
    router
        .merge(pages::router(&app))
        .merge(console)
        .fallback(nowhere::no_such_address)
        .method_not_allowed_fallback(nowhere::wrong_method)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(app.clone(), meter::measure))
        .with_state(app)
}

/// The same API for the socket of the database's owner: every request acts as role `admin`, under the name `cli`.
pub fn owner_router(app: App) -> Router {
    router(app).layer(Extension(door::Owner))
}

/// The figures alone, without a key: for a listener of their own.
pub fn metrics_router(app: App) -> Router {
    Router::new()
        .route("/metrics", get(metrics::open_metrics))
        .fallback(nowhere::no_such_address)
        .with_state(app)
}

/// Every call, with who may make it; those for TIM's hosts, too.
#[must_use]
pub fn routes() -> Vec<Route> {
    ROUTES.clone()
}

/// Made once: it is asked for by every host in the process.
static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(|| declared(true).routes);

/// Every page, which the OpenAPI document does not hold.
#[must_use]
pub fn page_routes() -> Vec<Route> {
    let page = |(method, path): (Method, &str)| Route {
        method,
        path: path.to_owned(),
        access: Access::Browser,
    };
    let console = console::routes().map(|(method, path, access)| Route {
        method,
        path: path.to_owned(),
        access,
    });
    pages::routes().map(page).chain(console).collect()
}

/// The policy of the console's own logins, for whoever opens the host of them.
#[must_use]
pub fn console_policy() -> Policy {
    console::policy()
}

/// The OpenAPI document, as JSON.
#[must_use]
pub fn openapi() -> String {
    let (_, document) = declared(true).router.split_for_parts();
    let mut text = document.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

fn declared(with_tim: bool) -> Declared {
    let mut declared = Declared {
        router: OpenApiRouter::with_openapi(openapi::frame()),
        routes: Vec::new(),
    };
    declare! { declared:
        login::login => [OutOfScope, LimitReached, SessionIdTaken, IdempotencyKeyReused, TooMany];
        check::check => [];
        verify::verify => [UnknownUser, UnknownSession, SessionEnded];
        invalidate::invalidate => [UnknownUser, UnknownSession];
        end::end => [UnknownUser, UnknownSession];
        erase::erase => [UnknownUser];
        backup::backup => [OutOfScope];
        everyone::verify_all => [];
        everyone::invalidate_all => [];
        everyone::end_all => [];
        sessions::list => [];
        current::current => [];
        choose::choose => [LimitReached, UnknownSession, SessionEnded, NotNow];
        session::one => [UnknownSession];
        explanation::explain => [UnknownUser];
        policy::policy => [];
        import::import => [OutOfScope];
        pause::pause => [OutOfScope];
        pause::resume => [OutOfScope];
        metrics::metrics => [];
        events::list => [TooMany];
        events::chain => [OutOfScope];
        keys::list => [];
        keys::create => [OutOfScope, KeyNameTaken];
        keys::revoke => [UnknownKey];
        supervisors::list => [];
        supervisors::create => [OutOfScope, SupervisorNameTaken];
        supervisors::change_password => [UnknownSupervisor, NotNow];
        supervisors::disable => [UnknownSupervisor];
        supervisors::invite => [OutOfScope, SupervisorNameTaken];
        health::healthz => [];
        health::readyz => [Unavailable];
        document::document => [];
        authz::auth_request => [], every_method;
        authz::forward_auth => [], every_method;
        authz::ext_authz => [], every_method;
    }
    // A wildcard matches no empty path, which is that of the front page.
    let router = declared.router;
    declared.router = router.route("/authz/ext-authz/", any(authz::ext_authz));
    if with_tim {
        declare! { declared:
            tim::orders::verify => [NoSuchAddress, UnknownUser, UnknownSession, SessionEnded];
            tim::orders::invalidate => [NoSuchAddress];
            tim::orders::verify_one => [NoSuchAddress, UnknownUser, UnknownSession, SessionEnded];
            tim::orders::invalidate_one => [NoSuchAddress];
            tim::everyone::verify_all => [NoSuchAddress];
            tim::everyone::invalidate_all => [NoSuchAddress];
            tim::all::all => [NoSuchAddress];
            tim::current::current => [NoSuchAddress];
        }
    }
    declared
}

/// The last net: no request is meant to get here. The cause stands in the log already, put there by the panic itself.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    tracing::error!("a call panicked; it was answered 500");
    let detail =
        "A fault of Vahti itself. Whether anything was changed is not known. Please report it.";
    Refused::new(ProblemType::Internal, detail).into_response()
}
