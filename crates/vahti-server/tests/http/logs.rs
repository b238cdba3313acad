//! What the log holds: the lines that the seed writes, as events.

use std::{
    io,
    sync::{Arc, Mutex},
};

use serde_json::json;
use tracing::subscriber::DefaultGuard;

use crate::scene::{Scene, policy};

/// The log of this thread, from its beginning on.
pub(crate) struct Log {
    paper: Paper,
    _guard: DefaultGuard,
}

#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl io::Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("a lock").extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    pub(crate) fn begin() -> Self {
        // Whether an event is wanted is remembered for all threads. Without a log of the whole process, a thread without
        // one would make it forgotten here.
        let nowhere = tracing_subscriber::fmt().with_writer(io::sink).finish();
        drop(tracing::subscriber::set_global_default(nowhere));
        let paper = Paper::default();
        let to = paper.clone();
        let lines = tracing_subscriber::fmt()
            .with_ansi(false)
            .without_time()
            .with_target(false)
            .with_writer(move || to.clone())
            .finish();
        Self {
            paper,
            _guard: tracing::subscriber::set_default(lines),
        }
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        let bytes = self.paper.0.lock().expect("a lock").clone();
        let text = String::from_utf8(bytes).expect("UTF-8");
        text.lines().map(|line| line.trim().to_owned()).collect()
    }
}

#[tokio::test]
async fn the_log_says_of_a_login_who_in_which_state_and_how_many_are_active_and_of_an_end_what_remains()
 {
    let scene = Scene::new(policy(1)).await;
    let log = Log::begin();
    for id in ["home", "phone"] {
        let origin = json!({"ip": "192.0.2.1", "user_agent": "Mozilla\r\nERROR forged"});
        let login = json!({"user": "aino", "session_id": id, "origin": origin});
        assert_eq!(scene.post("app", "/v1/login", login).await.status, 201);
    }
    let end = json!({"session_id": "home"});
    assert_eq!(scene.post("app", "/v1/end", end).await.status, 200);
    let end = json!({"session_id": "nowhere"});
    assert_eq!(scene.post("app", "/v1/end", end).await.status, 404);
    let end = json!({"token": "v1.nowhere.x"});
    assert_eq!(scene.post("app", "/v1/end", end).await.status, 200);
    assert_eq!(
        log.lines(),
        [
            "INFO login user=aino session=home state=\"active\" active=1",
            "INFO login user=aino session=phone state=\"held\" reason=\"over_limit\" active=1",
            "INFO end user=aino ended=1 active=0 reason=logged_out",
            "WARN end: nothing was changed key=\"app\" error=there is no session `nowhere`",
            "WARN end: nothing was changed key=\"app\" error=the token is unknown or wrong",
        ]
    );
}
