//! Promises about a pause of the gate.

use vahti_core::Verb;

use super::{Open, Stage, at, by};
use crate::EventQuery;

async fn recorded(stage: &Stage) -> Vec<String> {
    let query = EventQuery {
        limit: 100,
        ..EventQuery::default()
    };
    let page = stage.store.events(&query).await.expect("events");
    page.items.into_iter().map(|event| event.verb).collect()
}

/// A later pause takes the place of an earlier one.
pub async fn a_pause_is_kept_with_its_event_until_it_is_taken_back(open: &Open) {
    let stage = Stage::new(open);
    assert_eq!(stage.store.paused_until().await, Ok(None));
    for until in [None, Some(at(1_000)), Some(at(500)), None, None] {
        stage.store.pause(until, by()).await.expect("kept");
        assert_eq!(stage.store.paused_until().await, Ok(until));
    }
    let verbs = [Verb::Pause, Verb::Pause, Verb::Resume].map(Verb::as_str);
    assert_eq!(recorded(&stage).await, verbs);
    let report = stage.store.check_chain().await.expect("a report");
    assert_eq!(report.fault, None);
    stage.store.close().await;
}

/// Also one whose time has passed: whoever opens the store records its end.
pub async fn a_pause_outlives_its_host(open: &Open) {
    let stage = Stage::new(open);
    let kept = stage.store.pause(Some(at(-1)), by()).await;
    kept.expect("kept");
    stage.store.close().await;
    let again = Stage::new(open);
    assert_eq!(again.store.paused_until().await, Ok(Some(at(-1))));
    again.store.close().await;
}
