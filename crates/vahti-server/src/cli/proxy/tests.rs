//! What holds for every configuration: it is the documented one, and it names every identity header.

use clap::ValueEnum as _;
use yaml_rust2::{Yaml, YamlLoader};

use super::Proxy;
use crate::{http::page_routes, pages::hints::BEAT_EVERY};

const PAGE: &str = include_str!("../../../../../docs/proxies.md");

const IDENTITY: [&str; 6] = [
    "remote-user",
    "remote-groups",
    "remote-name",
    "remote-email",
    "vahti-session",
    "vahti-state",
];

fn configuration(proxy: Proxy) -> &'static str {
    proxy.files()[0].1
}

/// Where Envoy's listener is described.
fn manager(text: &Yaml) -> &Yaml {
    &text["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"]
}

/// The text with the remark that begins like this, to its end, no longer a remark.
fn uncommented(text: &str, first: &str) -> String {
    let mut is_open = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        let remark = line
            .split_once("# ")
            .filter(|(before, _)| before.trim().is_empty());
        is_open = remark.is_some_and(|(_, code)| is_open || code.starts_with(first));
        lines.push(match remark {
            Some((indent, code)) if is_open => format!("{indent}{code}"),
            _ => line.to_owned(),
        });
    }
    lines.join("\n")
}

#[test]
fn the_documentation_shows_every_file_as_it_is_written() {
    for proxy in Proxy::value_variants() {
        for (name, text) in proxy.files() {
            let shown = PAGE
                .split("\n```")
                .filter_map(|block| block.split_once('\n'))
                .any(|(_, block)| block.trim_end() == text.trim_end());
            assert!(shown, "docs/proxies.md does not show {name} of {proxy:?}");
        }
    }
}

#[test]
fn every_configuration_hands_over_the_whole_identity() {
    for proxy in Proxy::value_variants() {
        let all = proxy.files().iter().map(|(_, text)| text.to_lowercase());
        let all: String = all.collect();
        for name in IDENTITY {
            assert!(all.contains(name), "{proxy:?} does not know {name}");
        }
    }
}

#[test]
fn every_file_is_for_the_folder_that_its_configuration_names() {
    for proxy in Proxy::value_variants() {
        for (name, _) in &proxy.files()[1..] {
            let text = configuration(*proxy);
            let read = text.contains("/etc/vahti") && text.contains(&format!("/{name}"));
            assert!(read, "{proxy:?} does not read {name}");
        }
    }
}

#[test]
fn traefik_removes_before_it_asks_and_trusts_no_client() {
    let text: toml::Table = configuration(Proxy::Traefik).parse().expect("TOML");
    let http = text["http"].as_table().expect("a table");
    let order = http["routers"]["app"]["middlewares"].as_array();
    let order: Vec<_> = order
        .into_iter()
        .flatten()
        .filter_map(toml::Value::as_str)
        .collect();
    assert_eq!(order, ["vahti-clean", "vahti-ask"]);
    let removed = http["middlewares"]["vahti-clean"]["headers"]["customRequestHeaders"]
        .as_table()
        .expect("names");
    let ask = &http["middlewares"]["vahti-ask"]["forwardAuth"];
    let handed: Vec<_> = ask["authResponseHeaders"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(toml::Value::as_str)
        .collect();
    for name in IDENTITY {
        let is = |other: &str| other.eq_ignore_ascii_case(name);
        let twin = name.replace('-', "_");
        assert!(handed.iter().any(|handed| is(handed)), "{name}");
        for spelling in [name, &twin] {
            let found = removed
                .iter()
                .find(|(removed, _)| removed.eq_ignore_ascii_case(spelling));
            assert_eq!(
                found.and_then(|(_, value)| value.as_str()),
                Some(""),
                "{spelling}"
            );
        }
    }
    assert_eq!(ask["trustForwardHeader"].as_bool(), Some(false));
    let limits = http["services"]["vahti"]["loadBalancer"]["serversTransport"].as_str();
    let limits = &http["serversTransports"][limits.expect("a name")]["forwardingTimeouts"];
    assert_eq!(limits["responseHeaderTimeout"].as_str(), Some("5s"));
}

#[test]
fn envoy_stays_closed_and_replaces_the_whole_identity() {
    let text = YamlLoader::load_from_str(configuration(Proxy::Envoy)).expect("YAML");
    let manager = manager(&text[0]);
    let protocol = &manager["common_http_protocol_options"]["headers_with_underscores_action"];
    assert_eq!(protocol.as_str(), Some("REJECT_REQUEST"));
    let upgrades = manager["upgrade_configs"].as_vec().expect("a list");
    let upgrades: Vec<_> = upgrades
        .iter()
        .map(|to| to["upgrade_type"].as_str())
        .collect();
    assert_eq!(upgrades, [Some("websocket")]);
    let ask = &manager["http_filters"][0]["typed_config"];
    assert_eq!(ask["failure_mode_allow"].as_bool(), Some(false));
    let service = &ask["http_service"];
    assert_eq!(service["path_prefix"].as_str(), Some("/authz/ext-authz"));
    let handed = &service["authorization_response"]["allowed_upstream_headers"]["patterns"];
    let exact = |pattern: &Yaml| pattern["exact"].as_str().map(str::to_owned);
    let handed: Vec<_> = handed
        .as_vec()
        .into_iter()
        .flatten()
        .filter_map(exact)
        .collect();
    assert_eq!(handed, IDENTITY);
    let routes = &manager["route_config"]["virtual_hosts"][0]["routes"];
    let open = |route: &&Yaml| !route["typed_per_filter_config"].is_badvalue();
    let open: Vec<_> = routes.as_vec().into_iter().flatten().filter(open).collect();
    assert_eq!(open.len(), 2);
    assert_eq!(open[1]["match"]["prefix"].as_str(), Some("/vahti/"));
    assert_eq!(open[1]["route"]["timeout"].as_str(), Some("5s"));
}

#[test]
fn envoy_cuts_no_stream_but_a_silent_one() {
    let text = YamlLoader::load_from_str(configuration(Proxy::Envoy)).expect("YAML");
    let streams = &manager(&text[0])["route_config"]["virtual_hosts"][0]["routes"][0];
    assert_eq!(streams["route"]["timeout"].as_str(), Some("0s"));
    assert_eq!(streams["route"]["idle_timeout"].as_str(), Some("5s"));
    assert!(
        BEAT_EVERY.as_secs() < 5,
        "a stream is never silent for so long"
    );
    let matched = "/vahti/(gate/events|console/(events|export))";
    let regex = &streams["match"]["safe_regex"]["regex"];
    assert_eq!(regex.as_str(), Some(matched));
    let long: Vec<_> = page_routes()
        .into_iter()
        .map(|route| route.path)
        .filter(|path| path.ends_with("/events") || path.ends_with("/export"))
        .collect();
    assert_eq!(
        long,
        [
            "/vahti/gate/events",
            "/vahti/console/export",
            "/vahti/console/events"
        ]
    );
}

#[test]
fn the_login_pages_that_are_written_as_remarks_give_nobody_a_name() {
    let text = uncommented(configuration(Proxy::Traefik), "[http.routers.login]");
    let text: toml::Table = text.parse().expect("TOML");
    let cleaned = text["http"]["routers"]["login"]["middlewares"].as_array();
    let cleaned: Vec<_> = cleaned
        .into_iter()
        .flatten()
        .filter_map(toml::Value::as_str)
        .collect();
    assert_eq!(cleaned, ["vahti-clean"]);
    let text = uncommented(configuration(Proxy::Envoy), "- match: { path: \"/login\" }");
    let text = YamlLoader::load_from_str(&text).expect("YAML");
    let routes = &manager(&text[0])["route_config"]["virtual_hosts"][0]["routes"];
    let login = &routes[2];
    assert_eq!(login["match"]["path"].as_str(), Some("/login"));
    let removed = login["request_headers_to_remove"].as_vec();
    let removed: Vec<_> = removed
        .into_iter()
        .flatten()
        .filter_map(Yaml::as_str)
        .collect();
    assert_eq!(removed, IDENTITY);
    assert!(!login["typed_per_filter_config"].is_badvalue());
}
