//! Copies of the database, and what goes wrong after the work.

use std::{fs, pin::pin, sync::Arc, task::Context, time::Duration};

use rustix::fs::{CWD, FileType, Mode, OFlags, mknodat};

use super::{House, path_in};
use crate::{
    Store as _,
    sqlite::{Restore, copy::UNFINISHED, lock::beside},
};

#[tokio::test]
async fn a_copy_that_nobody_waits_for_keeps_its_turn_until_its_file_is_gone() {
    let house = House::new();
    let unfinished = beside(&path_in(house.folder.path()), UNFINISHED);
    // A pipe that nobody reads yet: whoever opens it to write waits.
    let pipe = mknodat(CWD, &unfinished, FileType::Fifo, Mode::RWXU, 0);
    pipe.expect("a pipe");
    {
        let mut copying = pin!(house.store.copy());
        let mut context = Context::from_waker(std::task::Waker::noop());
        assert!(copying.as_mut().poll(&mut context).is_pending());
    }
    let copying = Arc::clone(&house.store.copying);
    assert!(copying.try_lock().is_err(), "it is still being written");
    let end = OFlags::RDONLY | OFlags::NONBLOCK;
    let other_end = rustix::fs::open(&unfinished, end, Mode::empty());
    let turn = tokio::time::timeout(Duration::from_secs(60), copying.lock()).await;
    drop((turn.expect("it comes to an end"), other_end.expect("it")));
    assert!(!unfinished.exists());
    house.store.copy().await.expect("the next copy");
    house.close().await;
}

#[tokio::test]
async fn a_restore_that_is_done_is_not_told_as_one_that_failed() {
    let folder = House::new().close().await;
    let (database, backup) = (path_in(folder.path()), folder.path().join("backup"));
    fs::copy(&database, &backup).expect("a backup");
    let restore = Restore::prepare(&database, &backup).expect("a copy");
    // Something that cannot be tidied away when all is done.
    fs::create_dir(beside(&database, ".restoring-not")).expect("a folder");
    let kept = restore.finish().expect("it is done");
    assert!(kept.is_some_and(|kept| kept.exists()));
}
