//! The declaration of a call: the router, the list of routes and the OpenAPI document are made from it together. Who may
//! call is read from the handler's own door, so that no list can say otherwise.

use axum::http::Method;
use serde_json::json;
use utoipa::openapi::{
    ContentBuilder, Ref, RefOr, Response,
    extensions::ExtensionsBuilder,
    path::{Operation, PathItem},
    security::SecurityRequirement,
};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};
use vahti_client::ProblemType;
use vahti_core::Role;

use super::{
    door::{Access, App},
    problem::listed,
};

/// A call: its method, its address, and who may make it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The address, with its variable parts in braces.
    pub path: String,
    /// Who may make it.
    pub access: Access,
}

/// The calls that were declared so far.
pub(super) struct Declared {
    pub(super) router: OpenApiRouter<App>,
    pub(super) routes: Vec<Route>,
}

/// Declares calls: the path of each handler, the problems that are its own, and whether it answers every method and not
/// only the one that it documents.
macro_rules! declare {
    ($declared:ident: $($handler:path => [$($problem:ident),*] $(, $every_method:ident)?;)*) => {
        $($declared.add(
            declare!(@ $handler $(, $every_method)?),
            $crate::http::door::access(&$handler),
            &[$(::vahti_client::ProblemType::$problem),*],
        );)*
    };
    (@ $handler:path) => { ::utoipa_axum::routes!($handler) };
    (@ $handler:path, every_method) => {{
        let (schemas, paths, router) = ::utoipa_axum::routes!($handler);
        (schemas, paths, router.fallback($handler))
    }};
}
pub(super) use declare;

impl Declared {
    pub(super) fn add(
        &mut self,
        (schemas, mut paths, router): UtoipaMethodRouter<App>,
        access: Access,
        problems: &[ProblemType],
    ) {
        for (path, item) in &mut paths.paths {
            for (method, operation) in operations(item) {
                describe(operation, access, problems);
                self.routes.push(Route {
                    method,
                    path: documented(path),
                    access,
                });
            }
        }
        let routed = std::mem::take(&mut self.router);
        self.router = routed.routes((schemas, paths, router));
        let written = &mut self.router.get_openapi_mut().paths.paths;
        *written = std::mem::take(written)
            .into_iter()
            .map(|(path, item)| (documented(&path), item))
            .collect();
    }
}

/// An address as OpenAPI writes it, which has no wildcards.
fn documented(path: &str) -> String {
    path.replace("{*", "{")
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (Method, &mut Operation)> {
    [
        (Method::GET, &mut item.get),
        (Method::POST, &mut item.post),
        (Method::DELETE, &mut item.delete),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// Adds what follows from the door and from the kind of the call.
fn describe(operation: &mut Operation, access: Access, own: &[ProblemType]) {
    let (security, who) = security(access);
    let mut problems = own.to_vec();
    problems.extend(problems_of(access));
    if operation.request_body.is_some() {
        problems.extend([
            ProblemType::TooSlow,
            ProblemType::TooLarge,
            ProblemType::NotJson,
        ]);
    }
    operation.security = Some(security);
    operation.tags = None;
    operation.description = Some(match &operation.description {
        Some(description) => format!("{description}\n\n{who}"),
        None => who,
    });
    if let Access::Key(roles) = access {
        let roles: Vec<_> = roles.iter().map(|role| role.as_str()).collect();
        operation.extensions = Some(
            ExtensionsBuilder::new()
                .add("x-roles", json!(roles))
                .build(),
        );
    }
    document(operation, problems);
}

/// What opens a door, and for whom it is.
fn security(access: Access) -> (Vec<SecurityRequirement>, String) {
    match access {
        Access::Open | Access::Browser => (Vec::new(), "Open to everybody.".to_owned()),
        Access::Token | Access::TimToken => (
            ["session_cookie", "session_token"].map(requirement).into(),
            "For the holder of a session token.".to_owned(),
        ),
        Access::Supervisor => (
            Vec::new(),
            "For supervisors who are logged in at the console.".to_owned(),
        ),
        Access::Bearer => (
            vec![requirement("session_token")],
            "For the holder of a session token, as a bearer.".to_owned(),
        ),
        Access::Proxy => (
            Vec::new(),
            "For proxies at an address of `http.trusted_proxies`.".to_owned(),
        ),
        Access::Key(roles) => (
            vec![requirement("key")],
            format!("Roles: {}.", words(roles)),
        ),
        Access::TimSecret => (
            vec![SecurityRequirement::default(), requirement("key")],
            "For hosts of TIM's network that know a secret, and for the role `admin`.".to_owned(),
        ),
    }
}

/// How a door says no.
fn problems_of(access: Access) -> &'static [ProblemType] {
    use ProblemType::{
        Invalid, NoKey, NoSecret, NoToken, NotLoggedIn, NotTracked, Unavailable, UntrustedProxy,
        WrongRole, WrongSecret,
    };
    match access {
        Access::Open | Access::Browser | Access::Supervisor => &[],
        Access::Token | Access::Bearer => &[NoToken, Invalid, Unavailable],
        Access::Proxy => &[Invalid, UntrustedProxy, NotTracked, Unavailable],
        Access::Key(_) => &[NoKey, WrongRole, Invalid, Unavailable],
        Access::TimSecret => &[WrongSecret, NoSecret, Invalid, Unavailable],
        Access::TimToken => &[NotLoggedIn, Invalid, Unavailable],
    }
}

fn requirement(scheme: &str) -> SecurityRequirement {
    SecurityRequirement::new(scheme, [] as [&str; 0])
}

fn words(roles: &[Role]) -> String {
    listed(roles.iter().map(|role| role.as_str()), ", ")
}

/// Adds the problems to the responses, one response a status.
fn document(operation: &mut Operation, mut problems: Vec<ProblemType>) {
    problems.sort_by_key(|problem| problem.status());
    for problem in problems {
        let status = problem.status().to_string();
        let line = format!("`{}`: {}", problem.word(), problem.title());
        let responses = &mut operation.responses.responses;
        let response = responses
            .entry(status)
            .or_insert_with(|| RefOr::T(Response::default()));
        if let RefOr::T(response) = response {
            if !response.description.is_empty() {
                response.description.push_str("; ");
            }
            response.description.push_str(&line);
            response.content.insert(
                "application/problem+json".to_owned(),
                RefOr::T(
                    ContentBuilder::new()
                        .schema(Some(Ref::from_schema_name("Problem")))
                        .build(),
                ),
            );
        }
    }
}
