//! A hall full of people who wait, and one who does not.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    thread,
};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::house::{House, Session};
use crate::proxy::Kind;
use crate::scene::PATIENCE;

const WAITING: usize = 500;

/// A connection and a half for each browser, on both sides of the proxy; the proxy inherits the limit.
fn allow_many_connections() {
    let limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.map_or(8192, |most| most.min(8192));
    let current = Some(limit.current.map_or(wanted, |now| now.max(wanted)));
    setrlimit(Resource::Nofile, Rlimit { current, ..limit }).expect("more connections");
}

/// All of these sessions ask for the path at once: every connection is open before the first answer is read.
fn ask_all(proxy: SocketAddr, path: &str, sessions: &[Session]) -> Vec<String> {
    let open = sessions.iter().map(|session| {
        let mut stream = TcpStream::connect(proxy).expect("the proxy listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time limit");
        let cookie = session.cookie();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {proxy}\r\n{cookie}\r\nAccept: text/html\r\nConnection: close\r\n\r\n"
        )
        .expect("it reads");
        stream
    });
    let open: Vec<_> = open.collect();
    let answer = |mut stream: TcpStream| {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    };
    open.into_iter().map(answer).collect()
}

#[test]
fn five_hundred_held_browsers_all_get_the_waiting_page_and_the_active_one_is_served_meanwhile() {
    allow_many_connections();
    let house = House::new(Kind::Nginx);
    let active = house.login("maija");
    // Twenty people with one session that goes on and twenty-five that wait: the cap of held sessions is raised for it.
    let held: Vec<_> = thread::scope(|scope| {
        let logins = (0..20).map(|person| {
            let house = &house;
            scope.spawn(move || {
                let user = format!("student-{person}");
                let logins = (0..=WAITING / 20).map(|_| house.login(&user));
                logins.skip(1).collect::<Vec<_>>()
            })
        });
        let logins: Vec<_> = logins.collect();
        logins
            .into_iter()
            .flat_map(|login| login.join().expect("they log in"))
            .collect()
    });
    assert_eq!(held.len(), WAITING);
    assert!(held.iter().all(|session| session.state == "held"));
    let proxy = house.proxy.address;
    thread::scope(|scope| {
        let crowd = scope.spawn(|| {
            let sent_away = ask_all(proxy, "/exam", &held);
            (sent_away, ask_all(proxy, "/vahti/gate?rd=%2Fexam", &held))
        });
        let mut served = 0;
        while !crowd.is_finished() || served == 0 {
            assert_eq!(house.ask("GET /exam", &[&active.cookie()]).status, 200);
            served += 1;
        }
        let (sent_away, pages) = crowd.join().expect("the crowd is served");
        for answer in sent_away {
            let waits = answer.starts_with("HTTP/1.1 303 ") && answer.contains("/vahti/gate");
            assert!(waits, "{answer}");
        }
        for page in pages {
            let shown = page.starts_with("HTTP/1.1 200 ") && page.contains("Aino Suoranta");
            assert!(shown, "{page}");
        }
        println!("{served} requests of the active user while {WAITING} wait");
    });
    let seen = house.app.seen();
    assert!(
        seen.iter()
            .all(|seen| seen.identity()["remote-user"] == ["maija"]),
        "{seen:?}"
    );
}
