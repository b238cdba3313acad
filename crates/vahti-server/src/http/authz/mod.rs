//! `/authz`: a reverse proxy asks before it lets a request through. One address for each way in which proxies ask,
//! because each says in its own place what the request was and passes other answers on. Only what stands in that one
//! place is read; whatever else a client may have sent along is not.

mod asked;
mod identity;
mod refusal;
#[cfg(feature = "bench")]
pub(super) mod twin;

use axum::{extract::Request, http::HeaderMap, response::Response};
use vahti_client as wire;

use self::asked::Asked;
use super::{door::Proxy, problem::Refused};

/// A way in which proxies ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Convention {
    /// nginx: of all refusals only 401 and 403 come through, and it reads the headers of those.
    AuthRequest,
    /// Caddy, Traefik, HAProxy: a refusal is passed on as it is.
    ForwardAuth,
    /// Envoy: the same.
    ExtAuthz,
}

/// Asks as nginx's `auth_request` does: `X-Original-Method` and `X-Original-URL` say what was asked for.
///
/// Every method is answered alike. A browser that has to go elsewhere is answered 401 with `Location`.
#[utoipa::path(get, path = "/authz/auth-request", operation_id = "auth_request",
    params(("X-Original-Method" = String, Header, example = "GET", description = "The method of the request."),
        ("X-Original-URL" = String, Header, example = "http://127.0.0.1:7300/exam", description = "Its whole address: `https://host/path?query`.")),
    responses((status = 200, description = "It may go on; the headers say who it is"),
        (status = 401, description = "It may not", body = wire::GateProblem, content_type = "application/problem+json")))]
pub(super) async fn auth_request(proxy: Proxy, request: Request) -> Result<Response, Refused> {
    let asked = Asked::original(request.headers())?;
    answer(&proxy, request.headers(), &asked, Convention::AuthRequest).await
}

/// Asks as Caddy's `forward_auth` and Traefik's `ForwardAuth` do: `X-Forwarded-…` say what was asked for.
///
/// Every method is answered alike. What is no browser is answered with `tim.held_status` where it may not go on.
#[utoipa::path(get, path = "/authz/forward-auth", operation_id = "forward_auth",
    params(("X-Forwarded-Method" = String, Header, example = "GET", description = "The method of the request."),
        ("X-Forwarded-Proto" = String, Header, example = "http", description = "`http` or `https`."),
        ("X-Forwarded-Host" = String, Header, example = "127.0.0.1:7300", description = "The host that was asked."),
        ("X-Forwarded-Uri" = String, Header, example = "/exam", description = "The path, with its query.")),
    responses((status = 200, description = "It may go on; the headers say who it is"),
        (status = 302, description = "A browser that may not: to the waiting page or to the login"),
        (status = 303, description = "The same, after any method but GET, HEAD and OPTIONS"),
        (status = 401, description = "It may not", body = wire::GateProblem, content_type = "application/problem+json"),
        (status = 490, description = "The same, where `tim.held_status` says so", body = wire::GateProblem, content_type = "application/problem+json")))]
pub(super) async fn forward_auth(proxy: Proxy, request: Request) -> Result<Response, Refused> {
    let asked = Asked::forwarded(request.headers())?;
    answer(&proxy, request.headers(), &asked, Convention::ForwardAuth).await
}

/// Asks as Envoy's `ext_authz` does over HTTP: the request itself, its path behind this address.
///
/// Every method is answered alike, as the method of the request.
#[utoipa::path(get, path = "/authz/ext-authz/{*path}", operation_id = "ext_authz",
    params(("path" = String, Path, example = "exam", description = "The path of the request, with its query."),
        ("X-Forwarded-Proto" = String, Header, example = "http", description = "`http` or `https`.")),
    responses((status = 200, description = "It may go on; the headers say who it is"),
        (status = 302, description = "A browser that may not: to the waiting page or to the login"),
        (status = 303, description = "The same, after any method but GET, HEAD and OPTIONS"),
        (status = 401, description = "It may not", body = wire::GateProblem, content_type = "application/problem+json")))]
pub(super) async fn ext_authz(proxy: Proxy, request: Request) -> Result<Response, Refused> {
    let asked = Asked::behind(EXT_AUTHZ, &request)?;
    answer(&proxy, request.headers(), &asked, Convention::ExtAuthz).await
}

/// What stands before the path of the request that Envoy asks about.
const EXT_AUTHZ: &str = "/authz/ext-authz";

/// How the call is declared that answers at the address which the router matched: Envoy's has two addresses there, one of
/// them a wildcard.
pub(super) fn declared(matched: &str) -> &str {
    if matched.starts_with(EXT_AUTHZ) {
        "/authz/ext-authz/{path}"
    } else {
        matched
    }
}

async fn answer(
    proxy: &Proxy,
    headers: &HeaderMap,
    asked: &Asked<'_>,
    convention: Convention,
) -> Result<Response, Refused> {
    let address = proxy.has_open_paths().then(|| asked.address.to_string());
    let checked = proxy.check(headers, address.as_deref()).await?;
    Ok(if checked.allows() {
        identity::allow(&checked)
    } else {
        refusal::refuse(proxy, headers, asked, convention, checked.verdict)
    })
}
