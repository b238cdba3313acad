//! Promises about what supervisors say to those who wait.

use vahti_core::{By, Verb};

use super::{Open, Stage, by};

/// Also after the store was opened again. A message without text takes the one before away.
pub async fn the_newest_message_is_there_until_it_is_taken_away(open: &Open) {
    let stage = Stage::new(open);
    assert_eq!(stage.store.message().await, Ok(None));
    for text in ["Please wait.", "We begin at ten."] {
        let by = By {
            note: Some(text.to_owned()),
            ..by()
        };
        stage.store.record(Verb::Message, by).await.expect("said");
        assert_eq!(stage.store.message().await, Ok(Some(text.to_owned())));
    }
    stage.login("ann", "a1").await.expect("a login");
    stage.store.close().await;

    let again = Stage::new(open);
    let newest = Some("We begin at ten.".to_owned());
    assert_eq!(again.store.message().await, Ok(newest));
    let silent = By { note: None, ..by() };
    again
        .store
        .record(Verb::Message, silent)
        .await
        .expect("said");
    assert_eq!(again.store.message().await, Ok(None));
    again.store.close().await;
}
