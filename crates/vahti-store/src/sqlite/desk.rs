//! What the writer works with: the one connection that writes, the stamps, and what the witness is still to be
//! told. Everything here runs on the writer's thread, inside a transaction that somebody else ends.

use rusqlite::Connection;
use vahti_core::{
    Account, By, ChainHead, Commit, Event, Hlc, Moment, SessionId, Stamp, Timestamp, UserId, Verb,
};

use super::{
    append::append,
    columns::Columns,
    erase, ids,
    load::{self, Loaded},
    log::Log,
    save, supervisors,
    trouble::Trouble,
};
use crate::{
    ApiKey, Decide, Host, Supervisor,
    house::{self, Chain, Changed},
};

/// The writer's desk.
pub(super) struct Desk {
    /// The one connection that writes.
    pub(super) connection: Connection,
    pub(super) host: Host,
    /// Accounts as the transaction leaves them, in order.
    pub(super) changed: Vec<Changed>,
    pub(super) log: Log,
    hlc: Hlc,
    next: Next,
}

/// The numbers that the next rows get.
#[derive(Clone, Copy)]
struct Next {
    account: i64,
    sequence: i64,
}

/// How far the desk was when a command began.
pub(super) struct Place {
    changed: usize,
    next: Next,
    rows: u64,
}

impl Desk {
    /// A desk that goes on after what the database holds.
    pub(super) fn new(connection: Connection, host: Host) -> rusqlite::Result<Self> {
        let number = |sql| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
        let newest = number("SELECT newest FROM account WHERE id = 0")?;
        let next = Next {
            account: number("SELECT max(id) FROM account")? + 1,
            sequence: number("SELECT coalesce(max(seq), 0) FROM event")? + 1,
        };
        Ok(Self {
            connection,
            host,
            changed: Vec::new(),
            log: Log::default(),
            hlc: Hlc::after(Stamp::from_bits(newest)),
            next,
        })
    }

    /// Numbers the events to come after `sequence`, if they are not already.
    pub(super) fn number_after(&mut self, sequence: i64) {
        self.next.sequence = self.next.sequence.max(sequence.saturating_add(1));
    }

    /// Where the desk is now.
    pub(super) fn place(&self) -> Place {
        Place {
            changed: self.changed.len(),
            next: self.next,
            rows: self.connection.total_changes(),
        }
    }

    /// Whether anything was written since `place`.
    pub(super) fn has_written_since(&self, place: &Place) -> bool {
        self.connection.total_changes() != place.rows
    }

    /// Forgets what was done since `place`; the rows are taken back by the transaction.
    pub(super) fn go_back(&mut self, place: &Place) {
        self.changed.truncate(place.changed);
        self.next = place.next;
    }

    /// Writes the newest stamp of all, once a transaction: the next process goes on after it.
    pub(super) fn write_newest(&self) -> Result<(), Trouble> {
        self.connection
            .prepare_cached("UPDATE account SET newest = ? WHERE id = 0")?
            .execute([self.hlc.newest().to_bits()])?;
        Ok(())
    }

    /// Takes a stamp greater than every one before.
    pub(super) fn stamp(&mut self) -> Stamp {
        let now = self.host.clock.now();
        self.hlc.next(now, Stamp::NEVER)
    }

    /// Runs one decision on one account, and writes what it came to.
    pub(super) fn transact(&mut self, user: UserId, mut decide: Decide) -> Result<(), Trouble> {
        let loaded = load::by_user(&self.connection, &*self.host.witness, &user)?
            .unwrap_or_else(|| Loaded::unknown(user));
        let now = self.host.clock.now();
        let stamp = self.hlc.next(now, loaded.account.newest);
        let commit = house::run(&mut decide, &loaded.account, Moment { now, stamp })?;
        if commit.events.is_empty() {
            return Ok(());
        }
        house::check_whole(&loaded.account, &commit.account)?;
        ids::check_new(&self.connection, &loaded.account, &commit.account)?;
        let is_erased = commit.erases;
        let account = self.write(&loaded, commit)?;
        self.hlc = Hlc::after(self.hlc.newest().max(account.newest));
        if is_erased {
            self.log.empty_before_the_answer();
        }
        self.changed.push(Changed { account, is_erased });
        Ok(())
    }

    /// The record first, then what it is about.
    fn write(&mut self, before: &Loaded, commit: Commit) -> Result<Account, Trouble> {
        let Commit {
            account: mut after,
            events,
            erases,
        } = commit;
        let is_new = before.id.is_none();
        let id = before.id.unwrap_or(self.next.account);
        let newcomer = is_new.then(|| save::digest(&after)).transpose()?;
        let user = before
            .digest
            .or(newcomer.as_ref().map(|(_, digest)| *digest));
        let head = before.account.chain;
        if erases {
            erase::texts(&self.connection, id)?;
        }
        after.chain = self.append(id, user, head, &events)?;
        after.version = before.account.version + 1;

        save::account(&self.connection, id, &after, is_new)?;
        match &newcomer {
            Some(digest) => save::person(&self.connection, id, &after, digest)?,
            None => {
                let said = &before.account.profile;
                save::profile(&self.connection, id, said, &after.profile)?;
            }
        }
        let numbers = save::sessions(&self.connection, id, before, &after)?;
        let active: Vec<_> = after
            .sessions
            .iter()
            .zip(numbers)
            .filter(|(session, _)| session.state.is_active())
            .map(|(_, number)| number)
            .collect();
        let limit = self.host.policy.enforced_limit(&after.profile.groups);
        save::slots(&self.connection, id, &active, limit, is_new)?;
        if erases {
            erase::person(&self.connection, id)?;
        }
        self.next.account += i64::from(is_new);
        Ok(after)
    }

    fn append(
        &mut self,
        account: i64,
        user: Option<vahti_core::Digest>,
        head: ChainHead,
        events: &[Event],
    ) -> Result<ChainHead, Trouble> {
        let mut chain = Chain {
            account,
            user,
            head,
        };
        for event in events {
            chain = append(&self.connection, chain, self.next.sequence, event)?;
            self.next.sequence += 1;
        }
        Ok(chain.head)
    }

    /// Records an event that is about no user.
    pub(super) fn record(&mut self, verb: Verb, by: By) -> Result<(), Trouble> {
        let moment = Moment {
            now: self.host.clock.now(),
            stamp: self.stamp(),
        };
        let event = house::event(&self.host.policy, moment, verb, by);
        let sql = "SELECT events, hash FROM account WHERE id = 0";
        let head = {
            let mut statement = self.connection.prepare_cached(sql)?;
            let mut rows = statement.query([])?;
            let row = rows.next()?;
            let row = row.ok_or_else(|| Trouble::corrupt("the chain about no user is missing"))?;
            load::chain(&mut Columns::from(row, 0))?
        };
        let head = self.append(0, None, head, std::slice::from_ref(&event))?;
        let events = i64::try_from(head.events).map_err(Trouble::corrupt)?;
        self.connection
            .prepare_cached("UPDATE account SET events = ?, hash = ? WHERE id = 0")?
            .execute((events, head.hash))?;
        Ok(())
    }

    /// Keeps until when the gate is paused, with its event.
    pub(super) fn pause(&mut self, until: Option<Timestamp>, by: By) -> Result<(), Trouble> {
        let mut delete = self.connection.prepare_cached("DELETE FROM pause")?;
        let was_paused = delete.execute([])? > 0;
        drop(delete);
        let Some(until) = until else {
            return if was_paused {
                self.record(Verb::Resume, by)
            } else {
                Ok(())
            };
        };
        self.connection
            .prepare_cached("INSERT INTO pause (id, until) VALUES (1, ?1)")?
            .execute([until.as_millis()])?;
        self.record(Verb::Pause, by)
    }

    /// Keeps a new key, with its event.
    pub(super) fn create_key(&mut self, key: &ApiKey, by: By) -> Result<(), Trouble> {
        super::keys::insert(&self.connection, key)?;
        self.record(Verb::KeyCreate, house::about(&key.name, by))
    }

    /// Revokes a key, with its event; `false` if there is no valid key of that name.
    pub(super) fn revoke_key(&mut self, name: &str, by: By) -> Result<bool, Trouble> {
        let now = self.host.clock.now();
        let revoked = super::keys::revoke(&self.connection, name, now)?;
        if revoked {
            self.record(Verb::KeyRevoke, house::about(name, by))?;
        }
        Ok(revoked)
    }

    /// Keeps a new supervisor, with its event.
    pub(super) fn create_supervisor(&mut self, new: &Supervisor, by: By) -> Result<(), Trouble> {
        supervisors::insert(&self.connection, new, self.host.clock.now())?;
        let by = house::about(new.name.as_str(), by);
        self.record(house::verb_of(new), by)
    }

    /// Disables a supervisor, with its event; `false` if there is no valid one of that name.
    pub(super) fn disable_supervisor(&mut self, name: &str, by: By) -> Result<bool, Trouble> {
        let disabled = supervisors::disable(&self.connection, name, self.host.clock.now())?;
        if disabled {
            self.record(Verb::SupervisorDisable, house::about(name, by))?;
        }
        Ok(disabled)
    }

    /// Changes a supervisor's password, and the id with it, with its event; `false` if there is no valid one with a password.
    pub(super) fn change_password(
        &mut self,
        name: &str,
        id: &UserId,
        password: &str,
        by: By,
    ) -> Result<bool, Trouble> {
        let now = self.host.clock.now();
        let changed = supervisors::change_password(&self.connection, name, id, password, now)?;
        if changed {
            self.record(Verb::SupervisorPassword, house::about(name, by))?;
        }
        Ok(changed)
    }

    /// Uses an invitation up, with its event; `false` if no valid supervisor holds it.
    pub(super) fn accept_invitation(&mut self, hash: &[u8; 32], by: By) -> Result<bool, Trouble> {
        let accepted = supervisors::accept(&self.connection, hash, self.host.clock.now())?;
        if let Some(name) = &accepted {
            self.record(Verb::SupervisorAccept, house::about(name, by))?;
        }
        Ok(accepted.is_some())
    }

    /// Raises the last-seen times of open sessions.
    pub(super) fn write_last_seen(&self, seen: &[(SessionId, Timestamp)]) -> Result<(), Trouble> {
        let mut statement = self.connection.prepare_cached(
            "UPDATE session SET last_seen = ?2 \
             WHERE id = ?1 AND last_seen < ?2 AND ended_at IS NULL",
        )?;
        for (session, at) in seen {
            statement.execute((session.as_str(), at.as_millis()))?;
        }
        Ok(())
    }

    /// Forgets sessions that ended before `before`, those that ended first at first.
    pub(super) fn forget_ended(&self, before: Timestamp, most: u32) -> Result<u32, Trouble> {
        let mut statement = self.connection.prepare_cached(
            "DELETE FROM session WHERE number IN (SELECT number FROM session \
             WHERE ended_at < ?1 AND ended_at IS NOT NULL ORDER BY ended_at LIMIT ?2)",
        )?;
        let forgotten = statement.execute((before.as_millis(), most))?;
        u32::try_from(forgotten).map_err(Trouble::corrupt)
    }

    /// Forgets origins from which nobody has logged in since `before`.
    pub(super) fn forget_origins(&self, before: Timestamp, most: u32) -> Result<u32, Trouble> {
        let forgotten = erase::origins(&self.connection, before, most)?;
        if forgotten > 0 {
            self.log.empty_when_free();
        }
        Ok(forgotten)
    }
}
