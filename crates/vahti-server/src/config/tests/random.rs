//! Whatever a file holds, it loads or its mistakes are listed.

use proptest::prelude::*;

use super::{good, layered};

/// Lines that a file is likely to have, and some that it should not.
fn line() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        Just("http".to_owned()),
        Just("listen".to_owned()),
        Just("sessions".to_owned()),
        Just("groups".to_owned()),
        Just("max_per_user".to_owned()),
        Just("idle_timeout".to_owned()),
        Just("bypass".to_owned()),
        Just("users".to_owned()),
        Just("store".to_owned()),
        Just("url".to_owned()),
        Just("cookie".to_owned()),
        Just("name".to_owned()),
        Just("room".to_owned()),
        Just("networks".to_owned()),
        "[a-z_.\"]{0,5}",
    ];
    let value = prop_oneof![
        "[0-9]{1,3}",
        "\"[a-z:/0-9.]{0,9}\"",
        "\\[(\"[a-z/]{0,3}\",?){0,3}\\]?",
        "[a-z\\[{=\"']{0,4}",
        Just("\"60s\"".to_owned()),
        Just("\"sqlite:x\"".to_owned()),
        "\\PC{0,6}",
        Just("\"\"\"".to_owned()),
    ];
    let names = proptest::collection::vec(name, 1..4).prop_map(|names| names.join("."));
    (names, value, 0..8).prop_map(|(names, value, form)| match form {
        0 => format!("[{names}]"),
        1 => format!("[[{names}]]"),
        2 => format!("[{names}"),
        3 => value,
        _ => format!("{names} = {value}"),
    })
}

proptest! {
    #[test]
    fn any_text_loads_or_lists_its_mistakes(
        lines in proptest::collection::vec(line(), 0..12),
        noise in "\\PC{0,20}",
        value in "\\PC{0,12}",
    ) {
        let text = format!("{}\n{noise}", lines.join("\n"));
        for text in [text.as_str(), &lines.join("\n"), &noise] {
            let environment = [("VAHTI__BYPASS__USERS", value.as_str()), ("VAHTI__X", value.as_str())];
            match layered(text, &environment[..noise.len() % 3], &[]) {
                Ok(config) => prop_assert!(good(&config.to_toml()) == config),
                Err(mistakes) => {
                    prop_assert!(mistakes.count() > 0);
                    prop_assert_eq!(mistakes.to_string().lines().count(), mistakes.count() + 1);
                }
            }
        }
    }
}
