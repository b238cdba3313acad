//! Vahti stopped, stalled and started again behind a proxy: closed, with a page that tries again, and nobody is logged
//! out by it.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use rustix::process::Signal;

use crate::client::{self, Reply};
use crate::house::House;
use crate::proxy::Kind;
use crate::scene::Server;

/// What is closed while Vahti is stopped: everything.
const CLOSED: [&str; 6] = [
    "GET /exam",
    "POST /exam",
    "PUT /exam",
    "DELETE /exam",
    "GET /open/help",
    "GET /vahti/gate",
];

#[track_caller]
fn assert_closed_for_now(kind: Kind, reply: &Reply) {
    assert_eq!(reply.status, 503, "{kind:?}: {reply:?}");
    assert!(reply.header("retry-after").is_some(), "{kind:?}: {reply:?}");
    assert_eq!(reply.header("set-cookie"), None, "{kind:?}: {reply:?}");
    assert_eq!(reply.header("location"), None, "{kind:?}: {reply:?}");
    assert!(
        reply.body.contains("it tries again by itself"),
        "{kind:?}: {reply:?}"
    );
    assert!(
        reply.body.contains("http-equiv=\"refresh\""),
        "{kind:?}: {reply:?}"
    );
}

#[test]
fn while_vahti_is_stopped_nothing_gets_through_and_afterwards_the_same_cookie_goes_on() {
    for kind in Kind::ALL {
        let house = House::new(kind);
        let session = house.login("aino");
        let cookie = session.cookie();
        assert_eq!(house.ask("GET /exam", &[&cookie]).status, 200, "{kind:?}");
        let house = house.without_gate(|proxy| {
            let ask = |line| client::ask(proxy, line, &[&cookie, "Accept: text/html"], "");
            // At once, because HAProxy takes its time over each.
            thread::scope(|scope| {
                let asked = CLOSED.map(|line| scope.spawn(move || ask(line)));
                for reply in asked {
                    assert_closed_for_now(kind, &reply.join().expect("an answer"));
                }
            });
        });
        assert_eq!(house.app.seen().len(), 1, "{kind:?}");
        assert_eq!(house.ask("GET /exam", &[&cookie]).status, 200, "{kind:?}");
    }
}

#[test]
fn a_vahti_that_hangs_up_without_a_word_keeps_everything_closed() {
    for kind in Kind::ALL {
        let house = House::new(kind);
        let cookie = house.login("aino").cookie();
        let address = house.gate_address;
        let house = house.without_gate(|proxy| {
            let listener = TcpListener::bind(address).expect("its own address");
            let is_over = AtomicBool::new(false);
            thread::scope(|scope| {
                scope.spawn(|| {
                    let mut callers = listener.incoming();
                    while callers.next().is_some() && !is_over.load(Ordering::SeqCst) {}
                });
                let replies = ["GET /exam", "GET /vahti/gate"]
                    .map(|line| client::ask(proxy, line, &[&cookie], ""));
                is_over.store(true, Ordering::SeqCst);
                drop(TcpStream::connect(address));
                for reply in replies {
                    assert_closed_for_now(kind, &reply);
                }
            });
        });
        assert!(house.app.seen().is_empty(), "{kind:?}");
        assert_eq!(house.ask("GET /exam", &[&cookie]).status, 200, "{kind:?}");
    }
}

/// Stops every thread of it. The kernel still takes connections for it; nobody reads them.
fn stall(gate: &Server) {
    gate.signal(Signal::STOP);
    let tasks = format!("/proc/{}/task", gate.pid());
    let is_stopped = |task: &Path| {
        let state = fs::read_to_string(task.join("stat")).expect("a state");
        state
            .rsplit(") ")
            .next()
            .is_some_and(|state| state.starts_with('T'))
    };
    let all_are = || {
        let mut tasks = fs::read_dir(&tasks).expect("its threads");
        tasks.all(|task| is_stopped(&task.expect("a thread").path()))
    };
    while !all_are() {
        thread::yield_now();
    }
}

fn stalled(kind: Kind) {
    let house = House::new(kind);
    let session = house.login("aino");
    let cookie = session.cookie();
    stall(house.gate());
    let ask = |line| house.ask(line, &[&cookie]);
    let replies = thread::scope(|scope| {
        let asked = ["POST /exam", "GET /vahti/gate"].map(|line| scope.spawn(move || ask(line)));
        asked.map(|reply| reply.join().expect("an answer"))
    });
    house.gate().signal(Signal::CONT);
    for reply in replies {
        assert_closed_for_now(kind, &reply);
    }
    assert!(house.app.seen().is_empty(), "{kind:?}");
    assert_eq!(house.ask("GET /exam", &[&cookie]).status, 200, "{kind:?}");
}

#[test]
fn a_vahti_that_never_answers_keeps_nginx_closed_and_not_for_long() {
    stalled(Kind::Nginx);
}

#[test]
fn a_vahti_that_never_answers_keeps_caddy_closed_and_not_for_long() {
    stalled(Kind::Caddy);
}

#[test]
fn a_vahti_that_never_answers_keeps_haproxy_closed_and_not_for_long() {
    stalled(Kind::Haproxy);
}
