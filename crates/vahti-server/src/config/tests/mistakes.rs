//! What is said about configurations that are wrong.

use super::{from_file, layered};

pub(super) fn mistakes(text: &str) -> Vec<String> {
    let mistakes = from_file(text).expect_err("it should not load").to_string();
    mistakes
        .lines()
        .skip(1)
        .map(|line| line.trim().to_owned())
        .collect()
}

#[test]
fn five_mistakes_are_five_in_the_order_of_the_file() {
    let text = "[sesions]\na = 1\n\n[http]\nlisten = \"localhost\"\n[sessions]\non_limit = hold\nidle_timeout = \"5s\"\n\
                [bypass]\nusers = [\n  \"aino\",\n  \"-\",\n]\n";
    let found = from_file(text).expect_err("five mistakes");
    assert_eq!(found.count(), 5);
    let text = found.to_string();
    let mut lines = text.lines();
    assert_eq!(
        lines.next(),
        Some("vahti.toml has 5 mistakes; nothing was started.")
    );
    assert_eq!(
        lines.next(),
        Some("  vahti.toml:1: sesions: There is no such section. Did you mean [sessions]?")
    );
    let starts: Vec<&str> = lines
        .filter_map(|line| Some(line.trim().split_once(": ")?.0))
        .collect();
    assert_eq!(
        starts,
        [
            "vahti.toml:5",
            "vahti.toml:7",
            "vahti.toml:8",
            "vahti.toml:12"
        ]
    );
}

/// A file (`⏎` ends a line), how its mistake begins, and what the advice holds.
const KINDS: &str = r##"
[peer]⏎enabled = true → 1: peer: There is no such section. → Known: [http], [store]
[[hall]]⏎name = "A" → 1: hall: There is no such section. → Known: [http]
[[rooms]]⏎name = "A" → 1: rooms: There is no such section. → Did you mean [[room]]?
[room]⏎name = "A" → 1: room: Rooms are sections with two brackets. → Write [[room]]
[[room]]⏎name = "A"⏎⏎[[room]]⏎networks = ["::1"] → 1: room.1.networks: This room has no such key. → `networks`, a list
[[room]]⏎name = "A"⏎networks = ["::1"]⏎⏎[[room]]⏎networks = ["::1"] → 5: room.2.name: This room has no such key. → A room has `name`
[[room]]⏎name = ""⏎networks = ["::1"] → 2: room.1.name: This cannot be the name → what people call it
[[room]]⏎name = "A"⏎networks = ["10.0.0.7/8"] → 3: room.1.networks: "10.0.0.7/8" has bits → 10.0.0.0/8
[[room]]⏎name = "A"⏎networks = [] → 3: room.1.networks: No computer stands in this room. → one network
[[room]]⏎name = "A"⏎networks = ["::1"]⏎nam = "B" → 4: room.1.nam: There is no such key. → Did you mean `name`?
listen = "127.0.0.1:1" → 1: listen: There is no such key outside → Did you mean `http.listen`?
[http]⏎lisen = "x" → 2: http.lisen: There is no such key. → Did you mean `listen`?
[http]⏎max_per_user = 1 → 2: http.max_per_user: There → Did you mean `sessions.max_per_user`?
http = 3 → 1: http: `http` is a section → Write [http]
[http.listen] → 1: http.listen: This is a section. → quotes
[http]⏎listen = 7300 → 2: http.listen: This is the number 7300. → quotes
[http]⏎listen = ":7300" → 2: http.listen: ":7300" is not an IP address → 127.0.0.1:7300
[http]⏎metrics_listen = "127.0.0.1:7300" → 2: http.metrics_listen: Vahti answers on 127.0.0.1:7300 already → another port
[http]⏎metrics_listen = "0.0.0.0:9"⏎listen = "127.0.0.1:9" → 2: http.metrics_listen: Vahti answers on 127.0.0.1:9 already → another port
[http]⏎public_url = "a.example" → 2: http.public_url: "a.example" is not → https://
[http]⏎public_url = "https://a/b" → 2: http.public_url: "https://a/b" has a path → without a path
[store]⏎url = "postgres://x" → 2: store.url: "postgres://x" is not a database → sqlite:vahti.db
[store]⏎url = "sqlite:" → 2: store.url: "sqlite:" names no file. → sqlite:vahti.db
[store]⏎url = "sqlite://a.db" → 2: store.url: "sqlite://a.db" has `//` → sqlite:/var
[store]⏎url = "sqlite::memory:" → 2: store.url: "sqlite::memory:" has options → on a disk
[store]⏎min_free = 64 → 2: store.min_free: This is the number 64. → 64MiB
[sessions]⏎enabled = "yes" → 2: sessions.enabled: This is the text "yes". → true or false
[sessions]⏎max_per_user = -1 → 2: sessions.max_per_user: This is the number -1. → from 0
[sessions]⏎max_per_user = 1.5 → 2: sessions.max_per_user: This is a number with a fraction. → whole
[sessions]⏎max_per_user = 99999999999999999999 → 2: sessions.max_per_user: This is a number that is too → whole
[sessions]⏎held_max_per_user = 0 → 2: sessions.held_max_per_user: This is the number 0. → from 1
[sessions]⏎on_limit = "holt" → 2: sessions.on_limit: "holt" is not known → Did you mean "hold"? Known: `hold`, `deny`
[sessions]⏎idle_timeout = "59s" → 2: sessions.idle_timeout: The text "59s" is too short → at least "60s"
[sessions]⏎retention = 90 → 2: sessions.retention: The number 90 has no unit. → 14d
[sessions]⏎cache_for = "5" → 2: sessions.cache_for: "5" has no unit. → 30s
[sessions.groups]⏎staff = 5 → 2: sessions.groups.staff: A group is a section → [sessions.groups.staff]
[sessions.groups.staff] → 1: sessions.groups.staff: A group is a section → max_per_user = 5
[sessions]⏎groups = 5 → 2: sessions.groups: The limits of groups are sections. → [sessions.groups.NAME]
[sessions.groups.a]⏎max_per_usr = 1 → 2: sessions.groups.a.max_per_usr: There → `max_per_user`
[sessions.groups.'a b']⏎max_per_user = 1 → 2: sessions.groups."a b".max_per_user: `a b` cannot be a group: letters → application
[bypass]⏎users = "aino" → 2: bypass.users: This is one text. → ["one", "two"]
[bypass]⏎users = [""] → 2: bypass.users: A user name cannot be empty. → 256
[bypass]⏎users = ["a\u202Eb"] → 2: bypass.users: "a\u{202e}b" holds the invisible → without
[bypass]⏎users = ["a\u0007"] → 2: bypass.users: "a\u{7}" holds the invisible → without
[bypass]⏎groups = [⏎"ok",⏎"a b"] → 4: bypass.groups: `a b` cannot be a group: letters → application
[bypass]⏎paths = ["a"] → 2: bypass.paths: "a" is neither → "/path"
[bypass]⏎paths = ["/a?b"] → 2: bypass.paths: "/a?b" has a query → "/path"
[bypass]⏎paths = ["/a/*"] → 2: bypass.paths: "/a/*" has a `*` → "/path"
[bypass]⏎paths = ["//a"] → 2: bypass.paths: "//a" is not in the plain form → "/path"
[bypass]⏎paths = ["/a%20b"] → 2: bypass.paths: "/a%20b" is not in the plain form → "/path"
[bypass]⏎users = ["-"] → 2: bypass.users: `-` cannot be a user name → 256
[bypass]⏎paths = ["ftp://a/b"] → 2: bypass.paths: "ftp://a/b" is neither → "/path"
[bypass]⏎paths = ["https://a"] → 2: bypass.paths: "https://a" has no path → "/path"
[bypass]⏎paths = ["https://u@a/b"] → 2: bypass.paths: "https://u@a/b" is not in the plain form → "/path"
[cookie]⏎name = "a;b" → 2: cookie.name: "a;b" cannot → Letters
[cookie]⏎name = "vahti-lang" → 2: cookie.name: "vahti-lang" is another cookie of Vahti itself. → another name
[cookie]⏎name = "__Host-vahti-console" → 2: cookie.name: "__Host-vahti-console" is another cookie → another name
[cookie]⏎name = "__Host-a" → 2: cookie.name: Browsers take a cookie named → https
[cookie]⏎same_site = "none" → 2: cookie.same_site: Browsers take "none" over https only → https
[cookie]⏎same_site = "Lax" → 2: cookie.same_site: "Lax" is not known → Did you mean "lax"?
[limits]⏎logins_per_user = 300 → 2: limits.logins_per_user: This is the number 300. → "300/min"
[limits]⏎logins_per_user = "300/m" → 2: limits.logins_per_user: "300/m" does not say how often. → s, min, h
[pages]⏎languages = ["en", "de"] → 2: pages.languages: "de" is not known → `en`, `fi`, `sv`
[pages]⏎languages = [] → 2: pages.languages: Pages speak no language at all. → Name one
[pages]⏎audience = "customers" → 2: pages.audience: "customers" is not known → `supervised`, `self`
[pages]⏎time_zone = "Helsinki" → 2: pages.time_zone: "Helsinki" is not a known time zone. → Europe/Helsinki
[limits]⏎code_per_supervisor = "10/min" → 2: limits.code_per_supervisor: There is no such key. → `codes_per_supervisor`
[limits]⏎codes_per_supervisor = "ten" → 2: limits.codes_per_supervisor: "ten" does not say how often. → s, min, h
[tim]⏎secrets = "x" → 2: tim.secrets: This is one text. → Write a list
[tim]⏎secrets = [3] → 2: tim.secrets: This is no text. → env:NAME
[tim]⏎secrets = ["env:NOT_SET"] → 2: tim.secrets: The environment has no variable "NOT_SET" → Set it
[tim]⏎secrets = ["file:x"] → 2: tim.secrets: The file "x" cannot be read → read it
[tim]⏎unknown_session = "replace" → 2: tim.unknown_session: "replace" is not known → `supersede`, `ignore`
[tim]⏎held_status = 200 → 2: tim.held_status: This is the number 200. → 400 to 599
"a\nb" = 1 → 1: "a\u{a}b": There is no such key outside → Known
⏎[http → 2: This is not TOML: unclosed table → 
[http]⏎listen = "a"⏎listen = "b" → 3: This is not TOML: duplicate key → 
[sessions]⏎max_lifetime = 14d → 2: This is not TOML: the value cannot be read → in quotes
[bypass]⏎⏎users = [⏎"a",⏎[cookie]⏎name = 3 → 3: This is not TOML: the value that begins here has no end → Close it.
[store]⏎url = """a⏎[cookie]⏎name = 3 → 2: This is not TOML: the value that begins here has no end → Close it.
"##;

#[test]
fn each_kind_of_mistake_is_named_with_its_line_and_what_would_be_right() {
    for row in KINDS.lines().skip(1) {
        let parts: Vec<&str> = row.split(" → ").collect();
        let [text, begin, right] = parts[..] else {
            panic!("{row}")
        };
        let (text, begin) = (text.replace('⏎', "\n"), format!("vahti.toml:{begin}"));
        let found = mistakes(&text);
        let said = found
            .iter()
            .any(|line| line.starts_with(&begin) && line.contains(right.trim()));
        assert!(said, "{text}\n{found:#?}");
    }
}

#[test]
fn a_broken_line_does_not_hide_other_mistakes_and_invents_none() {
    let text = "[http]\nlisten = 1\npublic_url = nothing\n[sessions]\nmax_per_user = -1\n[bypass]\nusers = [\n1,\n[store]\nurl = 3\n";
    let found = mistakes(text);
    let lines: Vec<&str> = found
        .iter()
        .filter_map(|line| line.split(": ").next())
        .collect();
    assert_eq!(
        lines,
        [
            "vahti.toml:2",
            "vahti.toml:3",
            "vahti.toml:5",
            "vahti.toml:7"
        ],
        "{found:#?}"
    );
}

#[test]
fn a_wrong_address_does_not_hide_what_is_wrong_with_the_cookie() {
    assert_eq!(
        mistakes("[http]\nlisten = 1\n[cookie]\nsame_site = \"none\"\n").len(),
        2
    );
    assert_eq!(
        mistakes("[http]\npublic_url = 1\n[cookie]\nsame_site = \"non\"\nname = \";\"\n").len(),
        3
    );
}

#[test]
fn mistakes_of_the_environment_and_of_flags_come_behind_those_of_the_file_even_where_overridden() {
    let file = "[http]\nlisten = \"x\"\n[sessions.groups.staff]\nmax_per_user = 5\n";
    let environment = [
        ("VAHTI_HTTP_LISTEN", "127.0.0.1:1"),
        ("VAHTI__HTTP__LISTN", "127.0.0.1:1"),
        ("VAHTI__SESSIONS__GROUPS__STAFF__MAX_PER_USER", "1"),
        ("VAHTI__STORE__URL", "x"),
    ];
    let found = layered(
        file,
        &environment,
        &[("http.listen", "127.0.0.1:1"), ("htp.listen", "1")],
    )
    .expect_err("six")
    .to_string();
    let begins = [
        "The configuration has 6 mistakes; nothing was started.",
        "  vahti.toml:2: http.listen: \"x\" is not an IP address",
        "  environment VAHTI_HTTP_LISTEN: This names no key. Did you mean VAHTI__HTTP__LISTEN?",
        "  environment VAHTI__HTTP__LISTN: This names no key. Did you mean VAHTI__HTTP__LISTEN?",
        "  environment VAHTI__SESSIONS__GROUPS__STAFF__MAX_PER_USER: The file has a group `staff`",
        "  environment VAHTI__STORE__URL: store.url: \"x\" is not a database",
        "  flag: htp.listen: There is no such key. Did you mean `http.listen`?",
    ];
    assert_eq!(found.lines().count(), begins.len(), "{found}");
    assert!(
        found
            .lines()
            .zip(begins)
            .all(|(line, begin)| line.starts_with(begin)),
        "{found}"
    );
}
