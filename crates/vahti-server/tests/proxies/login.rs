//! The login for an application that cannot be changed, as `docs/proxies.md` shows it: real nginx, the hook of the page,
//! and a stand-in for the program that signs people in.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{IpAddr, SocketAddr, TcpListener, TcpStream},
    process::Command,
    thread,
};

use crate::client::{self, Reply};
use crate::house::{self, House};
use crate::page;
use crate::proxy::Kind;
use crate::running::Running;
use crate::scene::clean;
use crate::tools;

const PAGE: &str = include_str!("../../../../docs/proxies.md");
const HEADING: &str = "## A login for an application that you cannot change";
const BROWSER: &str = "Accept: text/html";

/// The one block of this language under the heading.
fn code(language: &str) -> &'static str {
    let blocks = page::blocks(page::part(PAGE, HEADING), language);
    assert_eq!(blocks.len(), 1, "{language}");
    blocks[0]
}

/// Signs in whoever names themselves in a cookie, and sends everybody else to the provider.
fn start_sign_on(ip: IpAddr) -> SocketAddr {
    let listener = TcpListener::bind((ip, 0)).expect("a free port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || sign_on(&stream));
        }
    });
    address
}

fn sign_on(mut stream: &TcpStream) {
    let lines = BufReader::new(stream).lines().map_while(Result::ok);
    let head: Vec<_> = lines.take_while(|line| !line.is_empty()).collect();
    let value = |name: &str| {
        let named = |line: &String| Some(line.split_once(name)?.1.split(';').next()?.to_owned());
        head.iter().find_map(named).unwrap_or_default()
    };
    let is_question = head
        .first()
        .is_some_and(|line| line.starts_with("GET /oauth2/auth "));
    let answer = match value("signed_in=") {
        user if is_question && !user.is_empty() => {
            format!("202 Accepted\r\nX-Auth-Request-Preferred-Username: {user}")
        }
        _ if is_question => "401 Unauthorized".to_owned(),
        _ => format!(
            "302 Found\r\nLocation: https://id.example.org{}",
            value("X-Auth-Request-Redirect: ")
        ),
    };
    let _ = write!(stream, "HTTP/1.0 {answer}\r\nContent-Length: 0\r\n\r\n");
}

/// A house with such a login, and the hook that runs in it.
fn house_with_login() -> (House, Running) {
    let ip = house::own_address();
    let [hook] = house::free_ports(ip);
    let sign_on = start_sign_on(ip);
    let blocks = code("nginx")
        .replace("127.0.0.1:4180", &sign_on.to_string())
        .replace("127.0.0.1:8081", &hook.to_string());
    let house = House::furnished(Kind::Nginx, "[pages]\nlogin_url = \"/login\"\n", |text| {
        let place = "    # The question.";
        assert!(text.contains(place), "{text}");
        text.replacen(place, &format!("{blocks}\n{place}"), 1)
    });
    house.folder.write("hook.py", code("python"));
    let mut command = Command::new(tools::python("flask"));
    clean(&mut command)
        .args([
            "--app",
            "hook",
            "run",
            "--host",
            &ip.to_string(),
            "--port",
            &hook.port().to_string(),
        ])
        .current_dir(house.folder.path())
        .env("VAHTI_URL", format!("http://{}", house.gate_address))
        .env("VAHTI_KEY", &house.app_key)
        .env("VAHTI_COOKIE", "vahti")
        .env("SITE", format!("http://{}", house.proxy.address));
    let hook = Running::start(command, &house.folder, hook);
    (house, hook)
}

/// What the browser keeps of an answer.
#[track_caller]
fn kept(reply: &Reply) -> String {
    let cookie = reply.header("set-cookie").expect("a cookie");
    cookie.split(';').next().unwrap_or_default().to_owned()
}

impl House {
    /// Where a browser with these cookies is sent from this path.
    #[track_caller]
    fn sent_from(&self, path: &str, cookies: &str) -> (Reply, String) {
        let cookies = format!("Cookie: {cookies}");
        let reply = self.ask(
            &format!("GET {path}"),
            &[&cookies, BROWSER, "X-Signed-In: root", "X_Signed_In: root"],
        );
        assert!([302, 303].contains(&reply.status), "{path}: {reply:?}");
        let place = reply.header("location").expect("a place");
        let own = format!("http://{}", self.proxy.address);
        let place = place.strip_prefix(&own).unwrap_or(place).to_owned();
        (reply, place)
    }

    /// The path of the login to which a browser without a session is sent from here.
    #[track_caller]
    fn login_path(&self) -> String {
        let (_, place) = self.sent_from("/exam?page=3", "theme=dark");
        assert!(place.starts_with("/login?rd="), "{place}");
        place
    }
}

#[test]
fn whoever_signs_in_is_recorded_and_comes_back_to_the_page_that_they_asked_for() {
    let (house, _hook) = house_with_login();
    let login = house.login_path();
    let (_, provider) = house.sent_from(&login, "theme=dark");
    assert_eq!(provider, format!("https://id.example.org{login}"));
    let (reply, back) = house.sent_from(&login, "signed_in=aino");
    assert_eq!(back, "/exam?page=3");
    let laptop = kept(&reply);
    let reply = house.ask("GET /exam?page=3", &[&format!("Cookie: {laptop}")]);
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(house.app.seen()[0].identity()["remote-user"], ["aino"]);

    let (reply, _) = house.sent_from(&login, "signed_in=aino");
    let (_, waits) = house.sent_from("/exam", &kept(&reply));
    assert!(waits.starts_with("/vahti/gate"), "{waits}");

    let (reply, _) = house.sent_from(&login, &format!("signed_in=aino; {laptop}"));
    let again = house.ask("GET /exam", &[&format!("Cookie: {}", kept(&reply))]);
    assert_eq!(again.status, 200, "the same browser goes on: {again:?}");
}

#[test]
fn the_login_sends_nobody_to_another_site() {
    let (house, _hook) = house_with_login();
    let site = format!("http://{}", house.proxy.address);
    for elsewhere in [
        "https://evil.example/".to_owned(),
        "//evil.example/".to_owned(),
        format!("{site}.evil.example/"),
        format!("{site}@evil.example/"),
        "/%5Cevil.example".to_owned(),
    ] {
        let (_, place) = house.sent_from(&format!("/login?rd={elsewhere}"), "signed_in=aino");
        assert_eq!(place, "/", "{elsewhere}");
    }
}

#[test]
fn while_vahti_is_stopped_the_login_says_so_and_sets_no_cookie() {
    let (house, _hook) = house_with_login();
    let login = house.login_path();
    house.without_gate(|proxy| {
        let asked = format!("GET {login}");
        let reply = client::ask(proxy, &asked, &["Cookie: signed_in=aino", BROWSER], "");
        assert_eq!(reply.status, 503, "{reply:?}");
        assert_eq!(reply.header("set-cookie"), None, "{reply:?}");
    });
}
