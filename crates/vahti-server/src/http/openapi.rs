//! The frame of the OpenAPI document; the calls put themselves into it.

use utoipa::{
    Modify, OpenApi,
    openapi::{
        self,
        security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme},
    },
};
use vahti_client::{FieldError, Problem};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Vahti",
        description = "Decides, for every request, whether a login may go on.\n\nTimes are RFC 3339 in UTC with \
                       milliseconds. Bodies have at most 16 KiB; unknown fields and parameters are refused. Every \
                       problem has the shape `Problem` (RFC 9457).",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    components(schemas(Problem, FieldError)),
    modifiers(&Schemes)
)]
struct Frame;

struct Schemes;

impl Modify for Schemes {
    fn modify(&self, document: &mut openapi::OpenApi) {
        let bearer = |what: &str| {
            let mut http = Http::new(HttpAuthScheme::Bearer);
            http.description = Some(what.to_owned());
            SecurityScheme::Http(http)
        };
        let cookie = ApiKeyValue::with_description(
            "__Host-vahti",
            "The session token in its cookie; the name is `vahti` over http, or as configured.",
        );
        let components = document.components.get_or_insert_default();
        for (name, scheme) in [
            (
                "key",
                bearer("An API key with a role; see `POST /v1/keys`."),
            ),
            (
                "session_token",
                bearer("The token that a login's answer shows once."),
            ),
            (
                "session_cookie",
                SecurityScheme::ApiKey(ApiKey::Cookie(cookie)),
            ),
        ] {
            components.add_security_scheme(name, scheme);
        }
    }
}

/// The document without its calls.
pub(super) fn frame() -> openapi::OpenApi {
    Frame::openapi()
}
