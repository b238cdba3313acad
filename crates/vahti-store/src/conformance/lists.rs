//! Promises about lists: pages, and conditions that all must hold.

use vahti_core::{Profile, decide::LogIn};

use super::{Open, Stage, at, groups, id, login};
use crate::{EventQuery, SessionQuery, StateWord};

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

/// A page begins where the one before ended; the last one says so.
pub async fn sessions_are_listed_in_pages_the_oldest_login_first(open: &Open) {
    let stage = Stage::new(open);
    for n in 0..7 {
        let user = format!("user{}", n % 3);
        let done = stage.login(&user, &format!("s{n}")).await;
        done.expect("a login");
    }
    for size in [1, 2, 3, 6, 7, 8] {
        let mut seen = Vec::new();
        let mut query = SessionQuery {
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
        assert_eq!(seen, ["s0", "s1", "s2", "s3", "s4", "s5", "s6"], "{size}");
    }
    stage.store.close().await;
}

/// One condition after the other, and two together.
pub async fn every_condition_on_sessions_counts(open: &Open) {
    let stage = exam(open).await;
    let cases: Vec<(SessionQuery, &[&str])> = vec![
        (all(), &["a1", "a2", "b1"]),
        (SessionQuery { user: Some(id("ann")), ..all() }, &["a1", "a2"]),
        (SessionQuery { user: Some(id("bob")), ..all() }, &["b1"]),
        (SessionQuery { user: Some(id("eve")), ..all() }, &[]),
        (SessionQuery { state: Some(StateWord::Active), ..all() }, &["a1"]),
        (SessionQuery { state: Some(StateWord::Held), ..all() }, &["a2"]),
        (SessionQuery { state: Some(StateWord::Ended), ..all() }, &["b1"]),
        (SessionQuery { reason: Some("over_limit".into()), ..all() }, &["a2"]),
        (SessionQuery { reason: Some("logged_out".into()), ..all() }, &["b1"]),
        (SessionQuery { place: Some("Hall A".into()), ..all() }, &["a1", "b1"]),
        (SessionQuery { place: Some("hall a".into()), ..all() }, &[]),
        (SessionQuery { text: Some("BIRCH".into()), ..all() }, &["b1"]),
        (SessionQuery { text: Some("aNN".into()), ..all() }, &["a1", "a2"]),
        (SessionQuery { text: Some("0042".into()), ..all() }, &["a1", "a2"]),
        (SessionQuery { text: Some("hall b".into()), ..all() }, &["a2"]),
        (SessionQuery { text: Some("B1".into()), ..all() }, &["b1"]),
        (SessionQuery { since: Some(at(1_000)), ..all() }, &["a2", "b1"]),
        (SessionQuery { groups: Some(groups(&["staff"])), ..all() }, &["b1"]),
        (SessionQuery { groups: Some(groups(&["staff", "exam"])), ..all() }, &["a1", "a2", "b1"]),
        (SessionQuery { groups: Some(groups(&["nobody"])), ..all() }, &[]),
        (SessionQuery { groups: Some(Vec::new()), ..all() }, &[]),
        (SessionQuery { user: Some(id("ann")), state: Some(StateWord::Held), ..all() }, &["a2"]),
        (SessionQuery { text: Some("ash".into()), place: Some("Hall A".into()), ..all() }, &["a1"]),
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
    let cases: Vec<(EventQuery, Vec<i64>)> = vec![
        (EventQuery { user: Some(id("ann")), ..all_events() }, vec![a1, a2]),
        (EventQuery { user: Some(id("eve")), ..all_events() }, vec![]),
        (EventQuery { session: Some("b1".into()), ..all_events() }, vec![b1, b_end]),
        (EventQuery { verb: Some("login".into()), ..all_events() }, vec![a1, a2, b1]),
        (EventQuery { since: Some(at(2_000)), ..all_events() }, vec![b1, b_end, house]),
        (EventQuery { groups: Some(groups(&["exam"])), ..all_events() }, vec![a1, a2]),
        (EventQuery { groups: Some(groups(&["all"])), ..all_events() }, vec![a1, a2, b1, b_end]),
        (EventQuery { groups: Some(vec![]), ..all_events() }, vec![]),
        (
            EventQuery { verb: Some("end".into()), user: Some(id("bob")), ..all_events() },
            vec![b_end],
        ),
        (
            EventQuery { newest_first: true, after: b1, ..all_events() },
            vec![a2, a1],
        ),
    ];
    for (query, expected) in cases {
        let found = recorded(&stage, query.clone()).await;
        assert_eq!(found, expected, "{query:?}");
    }
    stage.store.close().await;
}
