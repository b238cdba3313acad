//! Faults that tests plant in the writer, to see that other tests notice them; and the mark by which a test that
//! kills the process knows where a commit was. Without the feature `faults` nothing of it exists but a type
//! without fields, whose answers are constants.

#[cfg(not(feature = "faults"))]
pub(super) use off::Faults;
#[cfg(feature = "faults")]
pub use on::{Faults, Plant};

#[cfg(not(feature = "faults"))]
mod off {
    /// No faults.
    #[derive(Clone, Debug)]
    pub(in crate::sqlite) struct Faults;

    impl Faults {
        pub(in crate::sqlite) const fn none() -> Self {
            Self
        }
        pub(in crate::sqlite) const fn synchronous(&self) -> &'static str {
            "FULL"
        }
        pub(in crate::sqlite) const fn answers_before_commit(&self) -> bool {
            false
        }
        pub(in crate::sqlite) const fn tells_before_commit(&self) -> bool {
            false
        }
        pub(in crate::sqlite) const fn tells_after_answer(&self) -> bool {
            false
        }
        pub(in crate::sqlite) const fn linger(&self) {}
        pub(in crate::sqlite) const fn batch_begins(&self) {}
        pub(in crate::sqlite) const fn commit_is_next(&self) {}
        pub(in crate::sqlite) const fn batch_is_over(&self, _: &rusqlite::Connection) {}
    }
}

#[cfg(feature = "faults")]
mod on {
    use std::{
        fs::File,
        io::{Seek as _, SeekFrom, Write as _},
        path::PathBuf,
        sync::Arc,
    };

    /// A fault in the order in which a batch is concluded.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Plant {
        /// Callers are answered before the commit.
        AnswerBeforeCommit,
        /// The witness is told before the commit.
        WitnessBeforeCommit,
        /// A commit does not wait for the disk.
        SynchronousOff,
        /// The witness is told after the callers were answered.
        WitnessAfterAnswer,
    }

    /// What a test wants of the writer.
    #[derive(Clone, Debug, Default)]
    pub struct Faults {
        /// A fault to plant.
        pub plant: Option<Plant>,
        /// A file for the mark: the first byte is 1 from before a batch's first write, 2 from before its COMMIT until
        /// that has returned, else 0; then, in 8 bytes, little-endian, the length of the write-ahead log that is
        /// known to be on the disk.
        pub mark: Option<Arc<File>>,
    }

    impl Faults {
        pub(in crate::sqlite) fn none() -> Self {
            Self::default()
        }

        pub(in crate::sqlite) fn synchronous(&self) -> &'static str {
            if self.plants(Plant::SynchronousOff) {
                "OFF"
            } else {
                "FULL"
            }
        }

        pub(in crate::sqlite) fn answers_before_commit(&self) -> bool {
            self.plants(Plant::AnswerBeforeCommit)
        }

        pub(in crate::sqlite) fn tells_before_commit(&self) -> bool {
            self.plants(Plant::WitnessBeforeCommit)
        }

        pub(in crate::sqlite) fn tells_after_answer(&self) -> bool {
            self.plants(Plant::WitnessAfterAnswer)
        }

        /// Makes the moment that a planted fault opens long enough to be met.
        pub(in crate::sqlite) fn linger(&self) {
            #[expect(
                clippy::disallowed_methods,
                reason = "a planted fault, not a test that waits"
            )]
            std::thread::sleep(std::time::Duration::from_millis(5));
        }

        pub(in crate::sqlite) fn batch_begins(&self) {
            self.write(&[1]);
        }

        /// Everything of the batch but its COMMIT is done. If that is too early for something, it stays so for a while.
        pub(in crate::sqlite) fn commit_is_next(&self) {
            self.write(&[2]);
            if self.answers_before_commit() || self.tells_before_commit() {
                self.linger();
            }
        }

        pub(in crate::sqlite) fn batch_is_over(&self, connection: &rusqlite::Connection) {
            if self.mark.is_none() {
                return;
            }
            let synchronous: i64 = connection
                .pragma_query_value(None, "synchronous", |row| row.get(0))
                .unwrap_or(0);
            if synchronous < 2 {
                return self.write(&[0]);
            }
            let mut log = PathBuf::from(connection.path().unwrap_or_default()).into_os_string();
            log.push("-wal");
            let length = std::fs::metadata(log).map_or(0, |log| log.len());
            let mut mark = [0; 9];
            mark[1..].copy_from_slice(&length.to_le_bytes());
            self.write(&mark);
        }

        fn plants(&self, plant: Plant) -> bool {
            self.plant == Some(plant)
        }

        /// One write call, so that whoever kills the process between two sees one or the other.
        fn write(&self, mark: &[u8]) {
            if let Some(file) = &self.mark {
                let mut file = file.as_ref();
                let written = file
                    .seek(SeekFrom::Start(0))
                    .and_then(|_| file.write_all(mark));
                if let Err(error) = written {
                    tracing::error!(%error, "the commit mark could not be written");
                }
            }
        }
    }
}
