//! Prints the effective configuration, for people who want to know what is in effect and why.

use super::key::{Key, quoted};
use super::raw::Setting;
use super::room::ROOM;
use super::schema::{GROUPS, LIMIT, Schema};
use super::{Config, DEFAULT_FILE};

/// The effective configuration as TOML; see [`Config::to_toml`].
pub(super) fn print(config: &Config) -> String {
    let schema = Schema::of(DEFAULT_FILE);
    let mut text = String::new();
    let mut section = "";
    for setting in &config.effective {
        let Key::Plain(dotted) = &setting.key else {
            continue;
        };
        let (of, name) = dotted.rsplit_once('.').unwrap_or(("", dotted));
        if of != section {
            groups_after(section, config, &mut text);
            match of.split_once('.') {
                Some((ROOM, _)) => open(&format!("[{ROOM}]"), &mut text),
                _ => open(of, &mut text),
            }
            section = of;
        }
        let differs = schema.like(&setting.key) != Some(&setting.raw);
        let origin = differs.then(|| origin(config, setting));
        let remarks: Vec<String> = origin.into_iter().chain(meaning(config, dotted)).collect();
        line(name, setting, &remarks, &mut text);
    }
    groups_after(section, config, &mut text);
    text
}

/// The sections of groups follow their section.
fn groups_after(section: &str, config: &Config, text: &mut String) {
    if GROUPS.split_once('.').map(|(of, _)| of) != Some(section) {
        return;
    }
    for setting in &config.effective {
        let Key::GroupLimit(name) = &setting.key else {
            continue;
        };
        open(&format!("{GROUPS}.{}", quoted(name)), text);
        line(LIMIT, setting, &[origin(config, setting)], text);
    }
}

fn open(section: &str, text: &mut String) {
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(&format!("[{section}]\n"));
}

fn line(name: &str, setting: &Setting, remarks: &[String], text: &mut String) {
    text.push_str(&format!("{name} = {}", setting.raw.to_toml()));
    if !remarks.is_empty() {
        let remarks = remarks.join("; ").replace(char::is_control, "?");
        text.push_str(&format!("  # {remarks}"));
    }
    text.push('\n');
}

fn origin(config: &Config, setting: &Setting) -> String {
    format!(
        "from {}",
        setting
            .place
            .shown(config.file.as_deref().unwrap_or("the file"))
    )
}

/// What a value means that does not say it by itself.
fn meaning(config: &Config, dotted: &str) -> Option<String> {
    let unset = |setting: &Setting| setting.raw == super::raw::Raw::Text(String::new());
    match dotted {
        "store.url" if config.store.path.is_absolute() => {
            Some(config.store.path.display().to_string())
        }
        "cookie.name"
            if config
                .effective
                .iter()
                .any(|setting| setting.key.is(dotted) && unset(setting)) =>
        {
            Some(format!("the cookie is \"{}\"", config.cookie.name))
        }
        _ => None,
    }
}
