//! Questions as real proxies send them, with all that they send beside: Traefik's and Envoy's after their documents and
//! sources, the others as they were seen.

use axum::http::{Request, header, request::Builder};

use super::{DATA, Hall, PAGE, peer, said};

/// The lines of a request's head.
fn request(text: &str) -> Builder {
    let mut lines = text.trim().lines().map(str::trim);
    let mut start = lines.next().expect("a start line").split(' ');
    let (method, uri) = (
        start.next().expect("a method"),
        start.next().expect("a target"),
    );
    let request = Request::builder()
        .method(method)
        .uri(uri)
        .extension(peer("127.0.0.1:40000"));
    lines.fold(request, |request, line| {
        let (name, value) = line.split_once(": ").expect("a header");
        request.header(name, value)
    })
}

const NGINX: &str = "
    GET /authz/auth-request HTTP/1.1
    X-Original-Method: GET
    X-Original-URL: https://exam.example.org/exam/1?page=2
    X-Forwarded-For: 10.1.4.17
    Host: vahti
    User-Agent: Mozilla/5.0
    Accept-Language: fi,en;q=0.5";

const CADDY: &str = "
    GET /authz/forward-auth HTTP/1.1
    Host: 127.0.0.1:7300
    User-Agent: Mozilla/5.0
    Accept-Encoding: gzip
    X-Forwarded-For: 10.1.4.17
    X-Forwarded-Host: exam.example.org
    X-Forwarded-Method: GET
    X-Forwarded-Proto: https
    X-Forwarded-Uri: /exam/1?page=2";

const TRAEFIK: &str = "
    GET /authz/forward-auth HTTP/1.1
    Host: vahti:7300
    User-Agent: Mozilla/5.0
    Accept-Encoding: gzip
    X-Forwarded-For: 10.1.4.17
    X-Forwarded-Host: exam.example.org
    X-Forwarded-Method: GET
    X-Forwarded-Port: 443
    X-Forwarded-Proto: https
    X-Forwarded-Server: 5f3f4a7c9d1e
    X-Forwarded-Uri: /exam/1?page=2
    X-Real-Ip: 10.1.4.17";

/// With `preserveRequestMethod`, and of a WebSocket with `trustForwardHeader`.
const TRAEFIK_OWN_METHOD: &str = "
    POST /authz/forward-auth HTTP/1.1
    Host: vahti:7300
    Content-Length: 0
    X-Forwarded-For: 10.0.0.2, 10.1.4.17
    X-Forwarded-Host: exam.example.org
    X-Forwarded-Method: GET
    X-Forwarded-Proto: wss
    X-Forwarded-Uri: /exam/1?page=2";

const ENVOY: &str = "
    GET /authz/ext-authz/exam/1?page=2 HTTP/1.1
    Host: exam.example.org
    content-length: 0
    x-envoy-internal: true
    x-forwarded-for: 10.1.4.17
    x-forwarded-proto: https
    x-envoy-expected-rq-timeout-ms: 200
    x-request-id: 8a9d7b1c-2b43-4b39-a4b5-0a8e5a3cf4e1
    authorization: Bearer application";

const HAPROXY: &str = "
    HEAD /authz/forward-auth HTTP/1.1
    Host: 127.0.0.1:7300
    X-Forwarded-Method: GET
    X-Forwarded-Proto: https
    X-Forwarded-Host: exam.example.org
    X-Forwarded-Uri: /exam/1?page=2
    X-Forwarded-For: 10.1.4.17";

const ALL: [(&str, &str, u16); 6] = [
    ("nginx", NGINX, 401),
    ("Caddy", CADDY, 302),
    ("Traefik", TRAEFIK, 302),
    ("Traefik with its own method", TRAEFIK_OWN_METHOD, 302),
    ("Envoy", ENVOY, 302),
    ("HAProxy", HAPROXY, 302),
];

#[tokio::test]
async fn the_question_of_each_proxy_is_understood() {
    let hall = Hall::new().await;
    for (proxy, text, sent) in ALL {
        let allowed = hall.ask(request(text), &hall.active, PAGE).await;
        assert_eq!(
            (allowed.status, said(&allowed, "remote-user")),
            (200, "aino"),
            "{proxy}"
        );
        let held = hall.ask(request(text), &hall.held, PAGE).await;
        let location =
            "https://exam.example.org/vahti/gate?rd=https://exam.example.org/exam/1%3Fpage%3D2";
        assert_eq!(
            (held.status, held.header(header::LOCATION)),
            (sent, location),
            "{proxy}"
        );
        let program = hall.ask(request(text), &hall.held, DATA).await;
        assert_eq!(
            (program.status, said(&program, "vahti-state")),
            (401, "held"),
            "{proxy}"
        );
    }
}

#[tokio::test]
async fn the_front_page_is_a_path_like_any_other_to_envoy() {
    let hall = Hall::new().await;
    for target in ["/", "/?x"] {
        let text = ENVOY.replace("/exam/1?page=2", target);
        assert_eq!(
            hall.ask(request(&text), &hall.active, PAGE).await.status,
            200,
            "{target}"
        );
    }
}

#[tokio::test]
async fn names_of_people_are_safe_in_headers() {
    let hall = Hall::new().await;
    let login = serde_json::json!({"user": "äinö%", "session_id": "s", "name": "-", "email": "Äinö <a@b.fi>"});
    let login = hall.scene.post("app", "/v1/login", login).await;
    let token = login.body["token"].as_str().expect("a token");
    let reply = hall.ask(request(CADDY), token, PAGE).await;
    let names = [
        "remote-user",
        "remote-name",
        "remote-email",
        "remote-groups",
    ];
    assert_eq!(
        names.map(|name| said(&reply, name)),
        ["%C3%A4in%C3%B6%25", "%2D", "%C3%84in%C3%B6 <a@b.fi>", "-"]
    );
}
