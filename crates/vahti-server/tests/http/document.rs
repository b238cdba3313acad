//! The OpenAPI document: generated from the routes, kept in the repository, and never stale.

use std::{fmt::Display, fs, path::Path, sync::LazyLock};

use axum::http::Method;
use serde_json::Value;
use vahti::core::{OnLimit, Role};
use vahti_server::http::{self, Access};

/// The document, made once.
static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(&http::openapi()).expect("JSON"));

/// The statuses that the document names for a call; none if there is no such call.
pub(crate) fn statuses(method: &Method, path: &str) -> Option<Vec<u16>> {
    let fits = |template: &str| {
        let parts = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
        let (template, path) = (parts(template), parts(path));
        template.len() == path.len()
            && template
                .iter()
                .zip(&path)
                .all(|(part, given)| part.starts_with('{') || part == given)
    };
    let paths = DOCUMENT["paths"].as_object().expect("paths");
    let exact = paths.get(path);
    let call = exact.or_else(|| {
        let found = paths.iter().find(|(template, _)| fits(template));
        found.map(|(_, call)| call)
    })?;
    let method = if method == Method::HEAD {
        "get"
    } else {
        &method.as_str().to_ascii_lowercase()
    };
    let responses = call[method]["responses"].as_object()?;
    Some(
        responses
            .keys()
            .map(|status| status.parse().expect("a status"))
            .collect(),
    )
}

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");

#[test]
fn the_document_in_the_repository_is_the_one_that_the_code_makes() {
    let made = http::openapi();
    let kept = fs::read_to_string(FILE).expect(FILE);
    if made != kept && crate::scene::is_renewing() {
        fs::write(Path::new(FILE), &made).expect(FILE);
        return;
    }
    assert!(
        made == kept,
        "crates/vahti-server/openapi.json is stale. Renew it: \
         `INSTA_UPDATE=always cargo test -p vahti-server --test http the_document`"
    );
}

#[test]
fn every_call_documents_its_roles_its_key_and_its_problems() {
    let document: Value = serde_json::from_str(&http::openapi()).expect("JSON");
    assert_eq!(document["openapi"], "3.1.0");
    let routes = http::routes();
    for route in &routes {
        let method = route.method.as_str().to_ascii_lowercase();
        let call = &document["paths"][&route.path][&method];
        let at = format!("{method} {}", route.path);
        assert!(call["summary"].is_string(), "{at}");
        match route.access {
            Access::Key(roles) => {
                let words: Vec<_> = roles.iter().map(|role| role.as_str()).collect();
                assert_eq!(call["x-roles"], serde_json::json!(words), "{at}");
                assert_eq!(call["security"], serde_json::json!([{"key": []}]), "{at}");
                for status in ["400", "401", "403", "503"] {
                    let problem = &call["responses"][status]["content"]["application/problem+json"];
                    assert_eq!(
                        problem["schema"]["$ref"], "#/components/schemas/Problem",
                        "{at} {status}"
                    );
                }
            }
            Access::Token | Access::TimToken | Access::TimSecret => {
                assert_eq!(call["security"].as_array().map(Vec::len), Some(2), "{at}");
            }
            Access::Bearer => {
                let bearer = serde_json::json!([{"session_token": []}]);
                assert_eq!(call["security"], bearer, "{at}");
            }
            Access::Open | Access::Proxy | Access::Browser | Access::Supervisor => {
                assert_eq!(call["security"], serde_json::json!([]), "{at}");
            }
        }
        if call["requestBody"].is_object() {
            for status in ["400", "408", "413", "415"] {
                assert!(call["responses"][status].is_object(), "{at} {status}");
            }
        }
    }
    let documented: usize = document["paths"]
        .as_object()
        .expect("paths")
        .values()
        .map(|path| path.as_object().expect("a path").len())
        .sum();
    assert_eq!(documented, routes.len());
}

#[test]
fn every_reference_in_the_document_leads_somewhere() {
    let document: Value = serde_json::from_str(&http::openapi()).expect("JSON");
    let mut left = vec![&document];
    while let Some(value) = left.pop() {
        match value {
            Value::Object(object) => {
                if let Some(Value::String(reference)) = object.get("$ref") {
                    let pointer = reference.trim_start_matches('#');
                    assert!(document.pointer(pointer).is_some(), "{reference}");
                }
                left.extend(object.values());
            }
            Value::Array(items) => left.extend(items),
            _ => {}
        }
    }
}

#[test]
fn the_document_names_the_words_that_the_wire_speaks() {
    let words = |schema: &str| {
        let words = DOCUMENT["components"]["schemas"][schema]["enum"].as_array();
        let words = words.expect(schema).iter();
        let text = |word: &Value| word.as_str().expect("a word").to_owned();
        words.map(text).collect::<Vec<_>>()
    };
    let spoken = |word: &dyn Display| word.to_string();
    let roles: Vec<_> = Role::ALL.iter().map(|role| spoken(role)).collect();
    let policies: Vec<_> = OnLimit::ALL.iter().map(|policy| spoken(policy)).collect();
    assert_eq!((words("Role"), words("OnLimit")), (roles, policies));
}
