//! What the configuration as a whole promises.

mod mistakes;
mod random;
mod secrets;

use std::path::Path;
use std::time::Duration;

use self::mistakes::mistakes;
use super::*;

fn from_file(text: &str) -> Result<Config, Mistakes> {
    Config::load(Source {
        file: Some((Path::new("vahti.toml"), text)),
        ..Source::default()
    })
}

fn good(text: &str) -> Config {
    from_file(text).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
    of.iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn layered(
    text: &str,
    environment: &[(&str, &str)],
    flags: &[(&str, &str)],
) -> Result<Config, Mistakes> {
    let (environment, flags) = (pairs(environment), pairs(flags));
    let file = Some((Path::new("vahti.toml"), text));
    Config::load(Source {
        file,
        base_dir: None,
        environment: &environment,
        flags: &flags,
        read_secret: None,
    })
}

#[test]
fn the_default_file_loads_to_what_holds_without_a_file() {
    let none = Config::load(Source::default()).expect("the defaults are right");
    assert!(good(DEFAULT_FILE) == none && good("") == none);
    assert_eq!(none.sessions.max_per_user, 1);
    assert_eq!(none.sessions.on_limit, OnLimit::Hold);
    assert_eq!(none.sessions.max_lifetime, Duration::from_secs(14 * 86_400));
    assert_eq!(none.store.min_free_bytes, 64 << 20);
    assert_eq!(
        (none.cookie.name.as_str(), none.cookie.secure),
        ("vahti", false)
    );
    assert!(
        none.bypass.users.is_empty()
            && none.bypass.groups.is_empty()
            && none.bypass.paths.is_empty()
    );
}

#[test]
fn no_key_of_the_default_file_is_without_effect() {
    let schema = schema::Schema::of(DEFAULT_FILE);
    for key in schema.keys() {
        let found = mistakes(&format!("{key} = 1979-05-27"));
        assert_eq!(found.len(), 1, "{key}: {found:?}");
        assert!(
            found[0].starts_with(&format!("vahti.toml:1: {key}: This is a date.")),
            "{found:?}"
        );
    }
}

#[test]
fn the_environment_overrides_the_file_and_flags_override_both() {
    let file = "[sessions]\nmax_per_user = 2\nheld_max_per_user = 2\ncache_for = \"2s\"\n[sessions.groups.\"a.b\"]\nmax_per_user = 2\n";
    let environment = [
        ("VAHTI__SESSIONS__HELD_MAX_PER_USER", "3"),
        ("VAHTI__SESSIONS__CACHE_FOR", "3s"),
        ("VAHTI__SESSIONS__GROUPS__a.b__MAX_PER_USER", "3"),
        ("VAHTI__BYPASS__USERS", "aino, väinö"),
        ("VAHTI_KEY", "another program's"),
        ("PATH", "/bin"),
    ];
    let flags = [
        ("sessions.cache_for", "4s"),
        ("sessions.groups.x.y.max_per_user", "4"),
        ("sessions.enabled", "false"),
    ];
    let config = layered(file, &environment, &flags).expect("all is right");
    assert_eq!(
        (
            config.sessions.max_per_user,
            config.sessions.held_max_per_user
        ),
        (2, 3)
    );
    assert_eq!(config.sessions.cache_for, Duration::from_secs(4));
    assert!(!config.sessions.enabled);
    assert!(
        config
            .sessions
            .groups
            .iter()
            .map(|(name, n)| (name.as_str(), *n))
            .eq([("a.b", 3), ("x.y", 4)])
    );
    assert!(config.bypass.users.iter().eq(["aino", "väinö"]));
}

#[test]
fn a_relative_database_lies_beside_the_file_unless_a_folder_is_named() {
    let file = Some((
        Path::new("/etc/vahti/vahti.toml"),
        "[store]\nurl = \"sqlite:data/v.db\"\n",
    ));
    let load = |source| Config::load(source).expect("it is right").store.path;
    assert_eq!(
        load(Source {
            file,
            ..Source::default()
        }),
        Path::new("/etc/vahti/data/v.db")
    );
    let base_dir = Some(Path::new("/tmp/x"));
    assert_eq!(
        load(Source {
            file,
            base_dir,
            ..Source::default()
        }),
        Path::new("/tmp/x/data/v.db")
    );
    assert_eq!(
        load(Source {
            base_dir,
            ..Source::default()
        }),
        Path::new("/tmp/x/vahti.db")
    );
    assert_eq!(load(Source::default()), Path::new("vahti.db"));
    let flags = pairs(&[("store.url", "sqlite:/srv/v.db")]);
    assert_eq!(
        load(Source {
            file,
            flags: &flags,
            ..Source::default()
        }),
        Path::new("/srv/v.db")
    );
}

#[test]
fn over_https_the_cookie_is_secure_and_bound_to_its_host() {
    let https =
        good("[http]\npublic_url = \"https://exam.example.org\"\n[cookie]\nsame_site = \"none\"\n")
            .cookie;
    assert_eq!(
        (https.name.as_str(), https.secure, https.same_site),
        ("__Host-vahti", true, SameSite::None)
    );
    let named = good("[cookie]\nname = \"seat\"\n").cookie;
    assert_eq!((named.name.as_str(), named.secure), ("seat", false));
}

#[test]
fn warnings_say_what_is_probably_not_meant() {
    let keys = |text: &str| {
        good(text)
            .warnings()
            .iter()
            .map(Warning::key)
            .collect::<Vec<_>>()
    };
    let first = good("")
        .warnings()
        .first()
        .map(ToString::to_string)
        .unwrap_or_default();
    assert_eq!(
        first,
        "`public_url` is a loopback address: no phone can open the QR codes. Set it to the address that people use."
    );
    assert_eq!(
        keys("http.public_url = \"http://exam.example.org\""),
        ["http.public_url"]
    );
    let https = "http.public_url = \"https://exam.example.org\"\n[sessions]\n";
    assert!(keys(https).is_empty());
    assert_eq!(
        keys(&format!("{https}enabled = false")),
        ["sessions.enabled"]
    );
    assert_eq!(
        keys(&format!("{https}on_limit = \"observe\"")),
        ["sessions.on_limit"]
    );
    assert_eq!(
        keys(&format!("{https}idle_timeout = \"14d\"")),
        ["sessions.idle_timeout"]
    );
    assert_eq!(
        keys(&format!("{https}cache_for = \"5m\"")),
        ["sessions.cache_for"]
    );
    assert_eq!(
        keys(&format!("{https}[tim]\nenabled = true")),
        ["tim.secrets"]
    );
    assert_eq!(
        keys(&format!(
            "{https}[tim]\nenabled = true\nsecrets = [\"123456789012345\"]"
        )),
        ["tim.secrets"]
    );
}

#[test]
fn a_login_page_behind_the_gate_is_warned_of() {
    let is_warned_of = |login_url: &str, paths: &str| {
        let text = format!(
            "http.public_url = \"https://exam.example.org\"\nbypass.paths = [{paths}]\n[pages]\n\
             return_hosts = [\"app.example.org\"]\nlogin_url = \"{login_url}\"\n"
        );
        let warnings = good(&text).warnings();
        warnings.iter().any(|one| one.key() == "pages.login_url")
    };
    for here in [
        "/login",
        "/login?a=b",
        "https://exam.example.org/login",
        "https://Exam.example.org:443/login",
    ] {
        assert!(is_warned_of(here, ""), "{here}");
        assert!(is_warned_of(here, "\"/log\""), "{here}");
        assert!(!is_warned_of(here, "\"/login\""), "{here}");
        let whole = "\"https://exam.example.org/login\"";
        assert!(!is_warned_of(here, whole), "{here}");
    }
    assert!(is_warned_of("https://app.example.org/login", ""));
    assert!(is_warned_of("/log%69n", "\"/login\""));
    for elsewhere in ["", "https://id.example.org/login"] {
        assert!(!is_warned_of(elsewhere, ""), "{elsewhere}");
    }
}

#[test]
fn what_is_printed_says_where_it_comes_from_and_loads_back() {
    let file = "[http]\npublic_url = \"https://exam.example.org/\"\n[sessions.groups.\"a.b\"]\nmax_per_user = 0\n\
                [bypass]\nusers = [\"a\\\"'b\", 'c\\d']\npaths = [\"/a'b\", \"https://A.example:443/x\"]\n";
    let config = layered(
        file,
        &[("VAHTI__SESSIONS__MAX_PER_USER", "3")],
        &[("http.listen", "[::]:80")],
    )
    .expect("it is right");
    let text = config.to_toml();
    assert!(good(&text) == config, "{text}");
    for line in [
        "listen = \"[::]:80\"  # from flag",
        "public_url = \"https://exam.example.org/\"  # from vahti.toml:2",
        "max_per_user = 3  # from environment",
        "[sessions.groups.\"a.b\"]",
        "max_per_user = 0  # from vahti.toml:4",
        "on_limit = \"hold\"",
        "name = \"\"  # the cookie is \"__Host-vahti\"",
    ] {
        assert!(
            text.lines().any(|printed| printed == line),
            "{line}\n{text}"
        );
    }
    let bare = good("").to_toml();
    assert!(!bare.contains("from"), "{bare}");
    assert!(good(&bare) == good(""));
}

#[test]
fn rooms_are_read_and_printed_in_their_order() {
    let file = "[[room]]\nname = \"Hall \\\"A\\\"\"\nnetworks = [\"10.1.0.0/16\", \"::1\"]\n\
                [pages]\nhelp = \"Office: 014 260 1211\"\n\
                [[room]]\nnetworks = [\"10.2.0.0/16\"]\nname = \"Hall B\"\n";
    let config = good(file);
    let of = |address: &str| {
        let room = config.rooms.of(address.parse().expect("an address"));
        room.map(|room| room.name.as_str())
    };
    assert_eq!(of("10.1.2.3"), Some("Hall \"A\""));
    assert_eq!(of("10.2.2.3"), Some("Hall B"));
    assert_eq!(of("10.3.2.3"), None);
    let text = config.to_toml();
    assert!(good(&text) == config, "{text}");
    assert_eq!(text.matches("[[room]]").count(), 2, "{text}");
}

#[test]
fn a_language_that_is_named_twice_counts_once() {
    let languages = good("[pages]\nlanguages = [\"sv\", \"fi\", \"sv\"]")
        .pages
        .languages;
    let languages: Vec<_> = languages.iter().map(|one| one.as_str()).collect();
    assert_eq!(languages, ["sv", "fi"]);
}
