//! What is promised of secrets: they are found where they are kept, and never shown.

use std::path::Path;

use super::super::{Config, Mistakes, Source};
use super::{mistakes, pairs};

const PLAIN: &str = "plain-secret-of-a-host";
const OF_VARIABLE: &str = "secret-of-a-variable-of-a-host";
const OF_FILE: &str = "secret-of-a-file-of-a-host";

fn load(secrets: &str) -> Result<Config, Mistakes> {
    let text = format!("[tim]\nsecrets = {secrets}\n");
    let environment = pairs(&[("TIM_SECRET", OF_VARIABLE)]);
    Config::load(Source {
        file: Some((Path::new("/etc/vahti/vahti.toml"), &text)),
        environment: &environment,
        read_secret: Some(|path| match path.to_str() {
            Some("/etc/vahti/tim.secret" | "/run/secret") => Ok(format!("{OF_FILE}\r\n")),
            _ => Err(std::io::ErrorKind::NotFound.into()),
        }),
        ..Source::default()
    })
}

#[test]
fn a_secret_is_found_where_it_is_kept() {
    let all =
        format!("[\"{PLAIN}\", \"env:TIM_SECRET\", \"file:tim.secret\", \"file:/run/secret\"]");
    let secrets = load(&all).expect("all are there").tim.secrets;
    for known in [PLAIN, OF_VARIABLE, OF_FILE] {
        assert!(secrets.hold(known), "{known}");
    }
    for wrong in ["", "env:TIM_SECRET", "file:tim.secret", "plain"] {
        assert!(!secrets.hold(wrong), "{wrong}");
    }
}

#[test]
fn a_secret_that_is_not_there_is_a_mistake_and_never_an_empty_secret() {
    for (secrets, said) in [
        (r#"["env:NOT_SET"]"#, "no variable \"NOT_SET\""),
        (r#"["file:gone"]"#, "\"/etc/vahti/gone\" cannot be read"),
        (r#"[""]"#, "cannot be empty"),
        (r#"["redacted"]"#, "does not show"),
    ] {
        let found = load(secrets).expect_err(secrets).to_string();
        assert!(
            found.contains("tim.secrets") && found.contains(said),
            "{found}"
        );
    }
}

#[test]
fn what_is_printed_shows_no_secret_and_loads_no_known_one() {
    let config = load(&format!(
        "[\"{PLAIN}\", \"env:TIM_SECRET\", \"file:tim.secret\"]"
    ));
    let config = config.expect("all are there");
    let text = config.to_toml();
    let line = r#"secrets = ["redacted", "env:TIM_SECRET", "file:tim.secret"]"#;
    assert!(text.contains(line), "{text}");
    for shown in [text.clone(), format!("{config:?}"), format!("{config:#?}")] {
        for secret in [PLAIN, OF_VARIABLE, OF_FILE] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
    assert!(
        mistakes(&text)
            .iter()
            .any(|line| line.contains("tim.secrets"))
    );
}

#[test]
fn a_message_about_a_secret_does_not_show_it() {
    for wrong in [
        format!("\"{PLAIN}\""),
        format!("[[\"{PLAIN}\"]]"),
        format!("[{{ a = \"{PLAIN}\" }}]"),
        format!("[\"{PLAIN}\", 3]"),
        format!("[\"{PLAIN}\""),
        format!("\"{PLAIN}"),
    ] {
        let found = load(&wrong).expect_err(&wrong).to_string();
        assert!(!found.contains(PLAIN), "{found}");
    }
}
