//! Emptying the write-ahead log. It keeps what was forgotten until it is written over, and the room that a full disk needs,
//! so it is then written into the database and cut off at once. Whoever reads the database keeps that from being done;
//! a commit never waits for them, unless it is the one that forgets a person.

use core::{cell::Cell, time::Duration};

use rusqlite::Connection;

use super::connect::BUSY_TIMEOUT;

/// How long the erasure of a person waits for those who read.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long a command may have to wait because the writer, which had nothing to do, waited for those who read.
const GLANCE: Duration = Duration::from_millis(50);

/// Whether the log is to be emptied, and what it came to the last time.
#[derive(Default)]
pub(super) struct Log {
    wanted: Cell<Wanted>,
    is_read: Cell<bool>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Wanted {
    #[default]
    No,
    WhenFree,
    BeforeTheAnswer,
}

impl Log {
    /// The log is to be emptied as soon as nobody is in the way.
    pub(super) fn empty_when_free(&self) {
        self.wanted.set(self.wanted.get().max(Wanted::WhenFree));
    }

    /// The log is to be emptied before the commit under way is answered, if those who read leave soon.
    pub(super) fn empty_before_the_answer(&self) {
        self.wanted.set(Wanted::BeforeTheAnswer);
    }

    /// Empties the log after a commit, if that is wanted.
    pub(super) fn tidy(&self, connection: &Connection) {
        match self.wanted.get() {
            Wanted::No => {}
            Wanted::WhenFree => self.try_for(connection, Duration::ZERO),
            Wanted::BeforeTheAnswer => {
                self.wanted.set(Wanted::WhenFree);
                self.try_for(connection, PATIENCE);
                if self.is_read.get() {
                    tracing::warn!(
                        "a person was erased, and somebody reads the database as it was before: texts about the person stay in \
                         the files until that ends, and are then removed"
                    );
                }
            }
        }
    }

    /// Waits a moment for those who are in the way, if anybody is.
    pub(super) fn wait(&self, connection: &Connection) -> bool {
        let is_read = self.is_read.get();
        if is_read {
            self.try_for(connection, GLANCE);
            if !self.is_read.get() {
                tracing::info!("the write-ahead log is emptied: nobody was in the way any more");
            }
        }
        is_read
    }

    fn try_for(&self, connection: &Connection, patience: Duration) {
        let emptied = empty(connection, patience);
        self.is_read.set(matches!(emptied, Ok(false)));
        match emptied {
            Ok(true) => self.wanted.set(Wanted::No),
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(%error, "the write-ahead log was not emptied; the next commit tries again");
            }
        }
    }
}

/// Writes the log into the database and cuts it off; says whether nobody was in the way for so long.
pub(super) fn empty(connection: &Connection, patience: Duration) -> rusqlite::Result<bool> {
    connection.busy_timeout(patience)?;
    let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
    let busy = connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(busy? == 0)
}
