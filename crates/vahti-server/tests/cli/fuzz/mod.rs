//! The OpenAPI document, fuzzed by schemathesis: whatever a call is sent, it answers as the document says.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use serde_json::Value;
use vahti_store::conformance::is_long;

use crate::{
    scene::{Folder, Outcome, Server, clean},
    tools,
};

const SETTINGS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/cli/fuzz/schemathesis.toml"
);
const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");

/// The calls that could take from the others what they need, keys and people: they are fuzzed alone, last.
const LAST: [&str; 3] = ["create_key", "revoke_key", "erase"];

/// A server with something to act on, and the keys that the settings name.
struct Target {
    folder: Folder,
    server: Server,
    secrets: [(&'static str, String); 3],
}

impl Target {
    fn new() -> Self {
        let folder = Folder::new();
        folder.write("vahti.toml", "[tim]\nenabled = true\n");
        let (admin, app) = (folder.key("admin", "fuzz"), folder.key("app", "lms"));
        let server = folder.serve();
        let (_, answer) = server.call(&app, "login", r#"{"user":"eino"}"#);
        let token = answer["token"].as_str().expect("a token").to_owned();
        for session in ["home", "seat-17"] {
            server.login(&app, "aino", session);
        }
        let secrets = [
            ("VAHTI_ADMIN", admin),
            ("VAHTI_APP", app),
            ("VAHTI_TOKEN", token),
        ];
        Self {
            folder,
            server,
            secrets,
        }
    }

    /// Fuzzes some calls, and returns the report.
    #[track_caller]
    fn fuzz(&self, name: &str, calls: &[String]) -> Value {
        let report = self.folder.join(name);
        let cases = if is_long() { "300" } else { "25" };
        let url = format!("http://{}", self.server.address);
        let mut command = Command::new(tools::python("schemathesis"));
        clean(&mut command)
            .current_dir(self.folder.path())
            .envs(self.secrets.iter().map(|(name, secret)| (name, secret)))
            .args(["--no-color", "--config-file", SETTINGS, "run", DOCUMENT])
            .args(["--url", &url, "--max-examples", cases])
            .args(["--report", "json", "--report-json-path"])
            .arg(&report)
            .args(calls);
        let outcome = Outcome::of(&mut command);
        assert_eq!(outcome.code, 0, "{}\n{}", outcome.out, outcome.err);
        serde_json::from_str(&fs::read_to_string(&report).expect("a report")).expect("JSON")
    }
}

/// How many calls the document has.
fn documented() -> u64 {
    let text = fs::read_to_string(Path::new(DOCUMENT)).expect(DOCUMENT);
    let document: Value = serde_json::from_str(&text).expect("JSON");
    let paths = document["paths"].as_object().expect("paths").values();
    let calls: usize = paths
        .map(|path| path.as_object().map_or(0, serde_json::Map::len))
        .sum();
    calls as u64
}

/// How often each call was answered with yes.
fn accepted(report: &Value) -> BTreeMap<&str, u64> {
    let rates = report["valid_rates"].as_object().expect("rates");
    let sum = |phases: &Value| {
        let phases = phases.as_object().expect("phases").values();
        phases.filter_map(|phase| phase["accepted"].as_u64()).sum()
    };
    rates
        .iter()
        .map(|(call, phases)| (call.as_str(), sum(phases)))
        .collect()
}

#[test]
fn whatever_a_call_is_sent_it_answers_as_the_document_says() {
    let target = Target::new();
    let options = |option: &str| LAST.map(|call| format!("--{option}-operation-id={call}"));
    let reports = [
        target.fuzz("others.json", &options("exclude")),
        target.fuzz("last.json", &options("include")),
    ];
    let sum = |of: fn(&Value) -> &Value| -> u64 {
        reports
            .iter()
            .filter_map(|report| of(report).as_u64())
            .sum()
    };
    let calls = sum(|report| &report["operations"]["tested"]);
    let cases = sum(|report| &report["test_cases"]["generated"]);
    println!("schemathesis: {calls} calls, {cases} cases");
    assert_eq!(calls, documented(), "every call of the document is fuzzed");
    assert!(cases > 1_000, "{cases}");
    for (call, accepted) in reports.iter().flat_map(accepted) {
        assert!(accepted > 0, "{call} was never answered with yes");
    }
    target.folder.vahti(&["events", "check"]).done();
    assert!(target.server.stop().success());
}
