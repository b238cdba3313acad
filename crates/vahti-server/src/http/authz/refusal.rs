//! The answers that hold a request back: a browser is sent to a page for people, everything else is told in a problem.
//! Both carry the same headers, so that a script can tell whatever the proxy makes of the status.

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use vahti_client::{GateProblem, Problem, ProblemType};
use vahti_core::verdict::Verdict;

use super::{
    Convention,
    asked::Asked,
    identity::{COOKIE, STATE},
};
use crate::{
    address::Address,
    http::{answer, door::Proxy, problem::PROBLEM_JSON, request::is_browser},
    sites::{Site, Sites},
    standing::Standing,
};

const REASON: HeaderName = HeaderName::from_static("vahti-reason");
const WAIT: HeaderName = HeaderName::from_static("vahti-wait");

/// Holds a request back.
pub(super) fn refuse(
    proxy: &Proxy,
    headers: &HeaderMap,
    asked: &Asked<'_>,
    convention: Convention,
    verdict: Verdict,
) -> Response {
    let (standing, sites) = (Standing::of(verdict), proxy.sites());
    let site = sites.find(asked.address.host).unwrap_or(sites.public());
    let is_browser = is_browser(headers);
    let return_to = if is_browser && asked.reads {
        let address = sites.find_address(&asked.address);
        Some(address.unwrap_or_else(|| asked.address.to_string()))
    } else {
        referer(headers, sites)
    };
    let return_to = return_to.as_deref();
    let wait_url = site.gate(return_to, is_browser && !asked.reads);
    let mut response = if is_browser {
        let status = match convention {
            Convention::AuthRequest => StatusCode::UNAUTHORIZED,
            _ if asked.reads => StatusCode::FOUND,
            _ => StatusCode::SEE_OTHER,
        };
        let location = location(standing, site, return_to).unwrap_or_else(|| wait_url.clone());
        let mut response = answer::bare(status);
        set(&mut response, header::LOCATION, location);
        response
    } else {
        let status = match convention {
            Convention::ForwardAuth => proxy.held_status(),
            Convention::AuthRequest | Convention::ExtAuthz => 401,
        };
        told(status, standing, verdict.reason(), wait_url.clone())
    };
    let state = standing.as_str();
    let headers = response.headers_mut();
    headers.insert(header::VARY, COOKIE);
    headers.insert(STATE, HeaderValue::from_static(state));
    headers.insert(REASON, HeaderValue::from_static(verdict.reason()));
    set(
        &mut response,
        header::WWW_AUTHENTICATE,
        format!("Vahti state=\"{state}\""),
    );
    if standing == Standing::Held {
        set(&mut response, WAIT, wait_url);
    }
    response
}

/// Where a browser without a session is sent, if not to the waiting page.
fn location(standing: Standing, site: Site<'_>, return_to: Option<&str>) -> Option<String> {
    (standing == Standing::None)
        .then(|| site.login(return_to))
        .flatten()
}

/// The page from which the request came, if it is one of ours.
fn referer(headers: &HeaderMap, sites: &Sites) -> Option<String> {
    let referer = headers.get(header::REFERER)?.to_str().ok()?;
    sites.find_address(&Address::parse(referer)?)
}

fn told(status: u16, standing: Standing, reason: &str, wait_url: String) -> Response {
    let (kind, detail) = match standing {
        Standing::Held => (
            ProblemType::Held,
            format!("The session waits (`{reason}`). It goes on once it is let in; `wait_url` tells a person why."),
        ),
        Standing::Ended => (
            ProblemType::NoSession,
            format!("The session has ended (`{reason}`). A new login makes a new session."),
        ),
        Standing::None | Standing::Active => (
            ProblemType::NoSession,
            "The request has no session cookie, or one that is unknown or wrong. A login makes a session.".to_owned(),
        ),
    };
    let problem = GateProblem {
        problem: Problem {
            status,
            ..Problem::new(kind, detail)
        },
        state: standing.as_str().to_owned(),
        reason: reason.to_owned(),
        wait_url,
    };
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    answer::respond(answer::status(status), PROBLEM_JSON, body)
}

/// Sets a header to a value of nothing but visible ASCII, such as an address.
fn set(response: &mut Response, name: HeaderName, value: String) {
    if let Ok(value) = HeaderValue::try_from(value) {
        response.headers_mut().insert(name, value);
    }
}
