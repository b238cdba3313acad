//! Promises about lists: pages, and conditions that all must hold.

use std::sync::Arc;

use vahti_core::{Policy, Profile, StateWord, decide::LogIn};

use super::{Open, Stage, at, groups, id, login};
use crate::{EventQuery, SessionQuery};

fn all() -> SessionQuery {
    SessionQuery {
        limit: 100,
        ..SessionQuery::default()
    }
}

fn all_events() -> EventQuery {
    EventQuery {
        limit: 100,
        ..EventQuery::default()
    }
}

async fn listed(stage: &Stage, query: SessionQuery) -> Vec<String> {
    let page = stage.store.sessions(&query).await.expect("sessions");
    assert_eq!(page.next, None);
    let ids = page.items.into_iter();
    ids.map(|record| record.session.id.to_string()).collect()
}

async fn recorded(stage: &Stage, query: EventQuery) -> Vec<i64> {
    let page = stage.store.events(&query).await.expect("events");
    assert_eq!(page.next, None);
    page.items.iter().map(|event| event.sequence).collect()
}

/// Two users of two groups, and what a list can be asked for.
async fn exam(open: &Open) -> Stage {
    let stage = Stage::new(open);
    let people = [
        ("ann", "a1", "Ann Ash", "0042", "Hall A", "exam"),
        ("ann", "a2", "Ann Ash", "0042", "Hall B", "exam"),
        ("bob", "b1", "Bob Birch", "0077", "Hall A", "staff"),
    ];
    for (n, (user, session, name, number, place, group)) in people.into_iter().enumerate() {
        stage.clock.set(1_000 * i64::try_from(n).expect("few"));
        let command = LogIn {
            profile: Profile {
                name: Some(name.to_owned()),
                email: None,
                number: Some(number.to_owned()),
                groups: groups(&[group, "all"]),
            },
            place: Some(place.to_owned()),
            ..login(session)
        };
        let done = stage.log_in(user, command).await.expect("a login");
        done.expect("not refused");
    }
    stage.end("bob", "b1").await.expect("an end");
    stage
}

/// A page begins where the one before ended; the last one says so. The newest first, a page goes on before the last
/// one's end.
pub async fn sessions_are_listed_in_pages_in_both_directions(open: &Open) {
    let stage = Stage::new(open);
    for n in 0..7 {
        let user = format!("user{}", n % 3);
        let done = stage.login(&user, &format!("s{n}")).await;
        done.expect("a login");
    }
    let all = ["s0", "s1", "s2", "s3", "s4", "s5", "s6"];
    let cases = [
        (None, all.as_slice()),
        (Some(id("user0")), &["s0", "s3", "s6"]),
    ];
    for ((user, logins), newest_first) in
        cases.iter().flat_map(|case| [(case, false), (case, true)])
    {
        for size in [1, 2, 3, 6, 7, 8] {
            let mut seen = Vec::new();
            let mut query = SessionQuery {
                user: user.clone(),
                newest_first,
                limit: size,
                ..SessionQuery::default()
            };
            loop {
                let page = stage.store.sessions(&query).await.expect("sessions");
                assert!(page.items.len() <= size as usize);
                seen.extend(page.items.into_iter().map(|r| r.session.id.to_string()));
                let Some(next) = page.next else { break };
                query.after = next;
            }
            if newest_first {
                seen.reverse();
            }
            assert_eq!(seen, *logins, "{size}, {newest_first}");
        }
    }
    stage.store.close().await;
}

/// One condition after the other, and two together.
pub async fn every_condition_on_sessions_counts(open: &Open) {
    let stage = exam(open).await;
    let ask = |condition: fn(&mut SessionQuery)| {
        let mut query = all();
        condition(&mut query);
        query
    };
    let cases: Vec<(SessionQuery, &[&str])> = vec![
        (all(), &["a1", "a2", "b1"]),
        (ask(|q| q.user = Some(id("ann"))), &["a1", "a2"]),
        (ask(|q| q.user = Some(id("bob"))), &["b1"]),
        (ask(|q| q.user = Some(id("eve"))), &[]),
        (ask(|q| q.state = Some(StateWord::Active)), &["a1"]),
        (ask(|q| q.state = Some(StateWord::Held)), &["a2"]),
        (ask(|q| q.state = Some(StateWord::Ended)), &["b1"]),
        (ask(|q| q.reason = Some("over_limit".into())), &["a2"]),
        (ask(|q| q.reason = Some("logged_out".into())), &["b1"]),
        (ask(|q| q.place = Some("Hall A".into())), &["a1", "b1"]),
        (ask(|q| q.place = Some("hall a".into())), &[]),
        (ask(|q| q.text = Some("BIRCH".into())), &["b1"]),
        (ask(|q| q.text = Some("aNN".into())), &["a1", "a2"]),
        (ask(|q| q.text = Some("0042".into())), &["a1", "a2"]),
        (ask(|q| q.text = Some("hall b".into())), &["a2"]),
        (ask(|q| q.text = Some("B1".into())), &["b1"]),
        (ask(|q| q.since = Some(at(1_000))), &["a2", "b1"]),
        (ask(|q| q.groups = Some(groups(&["staff"]))), &["b1"]),
        (
            ask(|q| q.groups = Some(groups(&["exam", "staff"]))),
            &["a1", "a2", "b1"],
        ),
        (ask(|q| q.groups = Some(groups(&["nobody"]))), &[]),
        (ask(|q| q.groups = Some(Vec::new())), &[]),
        (
            ask(|q| (q.user, q.state) = (Some(id("ann")), Some(StateWord::Held))),
            &["a2"],
        ),
        (
            ask(|q| (q.text, q.place) = (Some("ash".into()), Some("Hall A".into()))),
            &["a1"],
        ),
    ];
    for (query, expected) in cases {
        let found = listed(&stage, query.clone()).await;
        assert_eq!(found, expected, "{query:?}");
    }
    let page = stage.store.sessions(&all()).await.expect("sessions");
    assert_eq!(page.items[2].user, id("bob"));
    assert_eq!(page.items[2].profile.name.as_deref(), Some("Bob Birch"));
    assert_eq!(page.items[2].session.marks.ended_at(), Some(at(2_000)));
    stage.store.close().await;
}

/// Characters that mean something to a database mean themselves.
pub async fn no_text_has_a_meaning_of_its_own(open: &Open) {
    let stage = Stage::new(open);
    for (user, session) in [("100%_sure\\", "a1"), ("plain", "b1"), ("o'neil", "c1")] {
        stage.login(user, session).await.expect("a login");
    }
    for (text, expected) in [
        ("%", vec!["a1"]),
        ("_sure", vec!["a1"]),
        ("\\", vec!["a1"]),
        ("o'n", vec!["c1"]),
        ("' OR 1=1 --", vec![]),
        ("*", vec![]),
        ("", vec!["a1", "b1", "c1"]),
    ] {
        let query = SessionQuery {
            text: Some(text.to_owned()),
            ..all()
        };
        assert_eq!(listed(&stage, query).await, expected, "{text}");
    }
    stage.store.close().await;
}

/// The newest first, too; then a page goes on before the last one's end.
pub async fn events_are_listed_in_pages_in_both_directions(open: &Open) {
    let stage = Stage::new(open);
    for n in 0..7 {
        let user = format!("user{}", n % 3);
        let done = stage.login(&user, &format!("s{n}")).await;
        done.expect("a login");
    }
    let forward = recorded(&stage, all_events()).await;
    assert_eq!(forward.len(), 7);
    assert!(forward.is_sorted_by(|a, b| a < b), "{forward:?}");
    for newest_first in [false, true] {
        let mut seen = Vec::new();
        let mut query = EventQuery {
            newest_first,
            limit: 2,
            ..EventQuery::default()
        };
        loop {
            let page = stage.store.events(&query).await.expect("events");
            seen.extend(page.items.iter().map(|event| event.sequence));
            let Some(next) = page.next else { break };
            query.after = next;
        }
        if newest_first {
            seen.reverse();
        }
        assert_eq!(seen, forward);
    }
    stage.store.close().await;
}

/// One condition after the other, and two together.
pub async fn every_condition_on_events_counts(open: &Open) {
    let stage = exam(open).await;
    let alarm = stage.store.record(crate::Verb::ClockAlarm, super::by());
    alarm.await.expect("recorded");
    let every = recorded(&stage, all_events()).await;
    let [a1, a2, b1, b_end, house] = every[..] else {
        panic!("{every:?}");
    };
    let ask = |condition: fn(&mut EventQuery)| {
        let mut query = all_events();
        condition(&mut query);
        query
    };
    let cases: Vec<(EventQuery, Vec<i64>)> = vec![
        (ask(|q| q.user = Some(id("ann"))), vec![a1, a2]),
        (ask(|q| q.user = Some(id("eve"))), vec![]),
        (ask(|q| q.session = Some("b1".into())), vec![b1, b_end]),
        (ask(|q| q.verb = Some("login".into())), vec![a1, a2, b1]),
        (ask(|q| q.since = Some(at(2_000))), vec![b1, b_end, house]),
        (ask(|q| q.groups = Some(groups(&["exam"]))), vec![a1, a2]),
        (
            ask(|q| q.groups = Some(groups(&["all"]))),
            vec![a1, a2, b1, b_end],
        ),
        (ask(|q| q.groups = Some(Vec::new())), vec![]),
        (
            ask(|q| (q.verb, q.user) = (Some("end".into()), Some(id("bob")))),
            vec![b_end],
        ),
        (
            ask(|q| (q.newest_first, q.limit) = (true, 9)),
            vec![house, b_end, b1, a2, a1],
        ),
    ];
    for (query, expected) in cases {
        let found = recorded(&stage, query.clone()).await;
        assert_eq!(found, expected, "{query:?}");
    }
    stage.store.close().await;
}

/// A reader that goes on from where it was, while several write, reads what the record holds in the end: all of it, in
/// order, each once.
pub async fn no_event_turns_up_before_one_that_could_be_read(open: &Open) {
    const WRITERS: i64 = 4;
    const LOGINS: i64 = 25;
    let stage = Arc::new(Stage::with(
        open,
        Policy {
            max_per_user: 0,
            ..Policy::one_per_user()
        },
    ));
    assert_eq!(stage.store.last_event().await, Ok(0));
    let writers = (0..WRITERS).map(|writer| {
        let stage = Arc::clone(&stage);
        tokio::spawn(async move {
            for login in 0..LOGINS {
                let user = format!("user{}", (writer + login) % 3);
                let done = stage.login(&user, &format!("s{writer}-{login}")).await;
                done.expect("a login");
            }
        })
    });
    let writers: Vec<_> = writers.collect();
    let mut query = EventQuery {
        limit: 7,
        ..EventQuery::default()
    };
    let mut seen = Vec::new();
    while seen.len() < usize::try_from(WRITERS * LOGINS).expect("few") {
        let last = stage.store.last_event().await.expect("a sequence");
        let page = stage.store.events(&query).await.expect("events");
        seen.extend(page.items.iter().map(|event| event.sequence));
        query.after = seen.last().copied().unwrap_or(0);
        assert!(
            page.next.is_some() || query.after >= last,
            "{last} could be read"
        );
    }
    for writer in writers {
        writer.await.expect("a writer");
    }
    let whole = EventQuery {
        limit: 1_000,
        ..EventQuery::default()
    };
    assert_eq!(seen, recorded(&stage, whole).await);
    assert_eq!(stage.store.last_event().await.ok().as_ref(), seen.last());
    stage.store.close().await;
}
