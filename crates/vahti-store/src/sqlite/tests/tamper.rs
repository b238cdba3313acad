//! Somebody edits the record in the database file (abuse case 17): every way of it shows.

use proptest::{
    prelude::*,
    sample::{Index, select},
    test_runner::{Config, TestRunner},
};
use rusqlite::{Connection, params, types::Value};
use vahti_core::{By, EndReason, Policy, Verb, decide};

use super::{House, path_in};
use crate::{
    conformance::{by, login, session_id},
    sqlite::{chain, connect},
};

/// A way to change the record.
#[derive(Clone, Debug)]
enum Tampering {
    /// Another value in a column.
    Edit(Index, &'static str, Other),
    /// A row less.
    Delete(Index),
    /// All rows from here on are gone, of one account or of all.
    Cut(Index, bool),
    /// Two rows change their places in the sequence, with or without their numbers.
    Swap(Index, Index, bool),
    /// A row more: the copy of one, at the end or in a gap, with the next number or the same.
    Insert(Index, bool),
    /// Another text, salt or digest behind a number.
    Text(Index, &'static str, Other),
    /// Another name, salt or digest behind an account.
    Name(Index, &'static str, Other),
    /// Another end of a chain.
    Head(Index, &'static str, Other),
}

/// How to find another value than the one that is there.
#[derive(Clone, Debug)]
enum Other {
    /// The value of the same column in another row, or a changed one if that is the same.
    OfRow(Index),
    /// Nothing.
    Null,
    /// One more, one letter more, one bit different.
    Changed,
}

const COLUMNS: &[&str] = &[
    "account", "number", "at", "stamp", "verb", "session", "state", "reason", "remark", "key",
    "actor", "how", "note", "origin", "limit", "policy", "hash",
];

fn other() -> impl Strategy<Value = Other> {
    prop_oneof![
        2 => any::<Index>().prop_map(Other::OfRow),
        1 => Just(Other::Null),
        3 => Just(Other::Changed),
    ]
}

fn tampering() -> impl Strategy<Value = Tampering> {
    let row = any::<Index>;
    prop_oneof![
        6 => (row(), select(COLUMNS), other()).prop_map(|(r, c, o)| Tampering::Edit(r, c, o)),
        2 => row().prop_map(Tampering::Delete),
        1 => (row(), any::<bool>()).prop_map(|(r, all)| Tampering::Cut(r, all)),
        2 => (row(), row(), any::<bool>()).prop_map(|(a, b, n)| Tampering::Swap(a, b, n)),
        2 => (row(), any::<bool>()).prop_map(|(r, next)| Tampering::Insert(r, next)),
        1 => (row(), select(&["value", "salt", "digest"][..]), other())
            .prop_map(|(r, c, o)| Tampering::Text(r, c, o)),
        1 => (row(), select(&["user", "salt", "digest"][..]), other())
            .prop_map(|(r, c, o)| Tampering::Name(r, c, o)),
        1 => (row(), select(&["events", "hash"][..]), other())
            .prop_map(|(r, c, o)| Tampering::Head(r, c, o)),
    ]
}

/// A record with everything in it that a record can hold.
async fn history() -> House {
    let house = House::with(Policy {
        max_per_user: 2,
        ..Policy::one_per_user()
    });
    let stage = &house.stage;
    for n in 0..24 {
        let user = format!("user{}", n % 4);
        let mut command = login(&format!("s{n}"));
        command.origin = (n % 3 > 0).then(|| format!("[192.0.2.{}] a browser", n % 5));
        let done = stage.log_in(&user, command).await.expect("a login");
        done.expect("not refused");
        match n % 6 {
            1 => stage.verify(&user, &format!("s{n}")).await.expect("it"),
            3 => end(&house, &user, &format!("s{n}")).await,
            5 => {
                let alarm = stage.store.record(Verb::ClockAlarm, with_note("clock"));
                alarm.await.expect("it");
            }
            _ => {}
        }
    }
    house
}

fn with_note(note: &str) -> By {
    By {
        note: Some(note.to_owned()),
        ..by()
    }
}

async fn end(house: &House, user: &str, session: &str) {
    let policy = Policy::one_per_user();
    let command = decide::End {
        which: decide::Which::These(vec![session_id(session)]),
        reason: EndReason::EndedBySupervisor,
    };
    let by = with_note(&format!("left the room: {session}"));
    let ended = house.stage.run(user, move |account, moment| {
        decide::end(account, &policy, &by, &command, moment)
    });
    ended.await.expect("an answer").expect("not refused");
}

fn rows(connection: &Connection, table: &str) -> Vec<i64> {
    let column = if table == "person" {
        "account"
    } else {
        "rowid"
    };
    let sql = format!("SELECT {column} FROM {table} ORDER BY 1");
    let mut statement = connection.prepare(&sql).expect("a statement");
    let rows = statement.query_map([], |row| row.get(0)).expect("rows");
    rows.collect::<Result<_, _>>().expect("numbers")
}

fn value(connection: &Connection, table: &str, column: &str, row: i64) -> Value {
    let sql = format!("SELECT \"{column}\" FROM {table} WHERE rowid = ?1");
    connection
        .query_row(&sql, [row], |row| row.get(0))
        .expect("a value")
}

fn changed(value: &Value) -> Value {
    match value {
        Value::Null => Value::Text("x".to_owned()),
        Value::Integer(number) => Value::Integer(number + 1),
        Value::Real(number) => Value::Real(number + 1.0),
        Value::Text(text) => Value::Text(format!("{text}x")),
        Value::Blob(bytes) => {
            let mut bytes = bytes.clone();
            bytes[0] ^= 1;
            Value::Blob(bytes)
        }
    }
}

/// Writes another value; `false` if there is none that the schema allows, so that nothing was changed.
fn edit(connection: &Connection, table: &str, column: &str, row: i64, other: &Other) -> bool {
    let old = value(connection, table, column, row);
    let mut new = match other {
        Other::OfRow(index) => {
            let row = *index.get(&rows(connection, table));
            value(connection, table, column, row)
        }
        Other::Null => Value::Null,
        Other::Changed => changed(&old),
    };
    if new == old {
        new = changed(&old);
    }
    if matches!(column, "actor" | "note" | "origin") && matches!(new, Value::Text(_)) {
        new = Value::Integer(1);
    }
    let sql = format!("UPDATE {table} SET \"{column}\" = ?1 WHERE rowid = ?2");
    connection.execute(&sql, params![new, row]).is_ok()
}

/// Does it; `false` if it came to nothing.
fn tamper(connection: &Connection, tampering: &Tampering) -> bool {
    let events = rows(connection, "event");
    let run = |sql: &str, row: i64| connection.execute(sql, [row]).is_ok_and(|rows| rows > 0);
    match tampering {
        Tampering::Edit(row, column, other) => {
            edit(connection, "event", column, *row.get(&events), other)
        }
        Tampering::Delete(row) => run("DELETE FROM event WHERE seq = ?1", *row.get(&events)),
        Tampering::Cut(row, true) => run("DELETE FROM event WHERE seq >= ?1", *row.get(&events)),
        Tampering::Cut(row, false) => run(
            "DELETE FROM event WHERE seq >= ?1 \
             AND account = (SELECT account FROM event WHERE seq = ?1)",
            *row.get(&events),
        ),
        Tampering::Swap(a, b, with_numbers) => {
            let (a, b) = (*a.get(&events), *b.get(&events));
            a != b && swap(connection, a, b, *with_numbers)
        }
        Tampering::Insert(row, is_next) => insert(connection, *row.get(&events), *is_next),
        Tampering::Text(row, column, other) => {
            let texts = rows(connection, "text");
            edit(connection, "text", column, *row.get(&texts), other)
        }
        Tampering::Name(row, column, other) => {
            let people = rows(connection, "person");
            edit(connection, "person", column, *row.get(&people), other)
        }
        Tampering::Head(row, column, other) => {
            let accounts = rows(connection, "account");
            edit(connection, "account", column, *row.get(&accounts), other)
        }
    }
}

fn swap(connection: &Connection, a: i64, b: i64, with_numbers: bool) -> bool {
    let number = |row| value(connection, "event", "number", row);
    let account = |row| value(connection, "event", "account", row);
    let (number_a, number_b, same) = (number(a), number(b), account(a) == account(b));
    let steps = [(a, -1), (b, a), (-1, b)];
    let moved = steps.iter().all(|(from, to)| {
        let sql = "UPDATE event SET seq = ?2 WHERE seq = ?1";
        connection.execute(sql, [from, to]).is_ok()
    });
    if with_numbers && same {
        // What stood at `a` stands at `b` now. Each takes the number of the place.
        let set = "UPDATE event SET number = ?1 WHERE seq = ?2";
        for (number, row) in [(Value::Integer(-1), a), (number_b, b), (number_a, a)] {
            connection
                .execute(set, params![number, row])
                .expect("a number");
        }
    }
    moved
}

fn insert(connection: &Connection, row: i64, is_next: bool) -> bool {
    let number = if is_next {
        "(SELECT max(number) + 1 FROM event o WHERE o.account = event.account)"
    } else {
        "number + 1000"
    };
    let sql = format!(
        "INSERT INTO event SELECT (SELECT max(seq) + 1 FROM event), account, {number}, at, stamp, \
         verb, session, state, reason, remark, key, actor, how, note, origin, \"limit\", policy, \
         hash FROM event WHERE seq = ?1"
    );
    connection.execute(&sql, [row]).is_ok_and(|rows| rows == 1)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one setting of the long tests"
)]
fn tamperings() -> u32 {
    if std::env::var_os("VAHTI_LONG").is_some() {
        10_000
    } else {
        1_000
    }
}

#[tokio::test]
async fn whatever_is_done_to_the_record_shows() {
    let folder = history().await.close().await;
    let connection = connect::plain(&path_in(folder.path())).expect("the database");
    connection
        .execute_batch("DROP TRIGGER event_stays; DROP TRIGGER event_stays_as_written;")
        .expect("whoever edits the record stops at no trigger");
    let whole = chain::check(&connection).expect("a report");
    assert_eq!((whole.chains, whole.fault), (5, None));
    assert!(whole.events > 40, "{}", whole.events);

    let mut runner = TestRunner::new(Config {
        cases: tamperings(),
        max_global_rejects: 100_000,
        failure_persistence: None,
        ..Config::default()
    });
    let outcome = runner.run(&tampering(), |tampering| {
        connection.execute_batch("BEGIN").expect("a transaction");
        let tampered = tamper(&connection, &tampering);
        let report = chain::check(&connection);
        connection.execute_batch("ROLLBACK").expect("undone");
        prop_assume!(tampered);
        let report = report.expect("a report");
        prop_assert!(report.fault.is_some(), "{tampering:?} was not found");
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

#[tokio::test]
async fn the_first_broken_event_is_named() {
    let folder = history().await.close().await;
    let connection = connect::plain(&path_in(folder.path())).expect("the database");
    connection
        .execute_batch("DROP TRIGGER event_stays; DROP TRIGGER event_stays_as_written;")
        .expect("no triggers");
    let fault = |sql: &str| {
        connection.execute_batch("BEGIN").expect("a transaction");
        connection.execute_batch(sql).expect("tampered");
        let report = chain::check(&connection).expect("a report");
        connection.execute_batch("ROLLBACK").expect("undone");
        report.fault.expect("a fault")
    };
    let edited = fault("UPDATE event SET verb = 'end' WHERE seq IN (7, 21)");
    assert_eq!((edited.sequence, edited.user.is_some()), (7, true));
    let next_of_account = "SELECT min(seq) FROM event WHERE seq > 7 \
                           AND account = (SELECT account FROM event WHERE seq = 7)";
    let next: i64 = connection
        .query_row(next_of_account, [], |row| row.get(0))
        .expect("a number");
    let deleted = fault("DELETE FROM event WHERE seq = 7");
    assert_eq!(deleted.sequence, next);
    let last = fault("DELETE FROM event WHERE seq = (SELECT max(seq) FROM event)");
    assert!(last.what.contains("missing"), "{last:?}");
    let moved = fault("UPDATE event SET seq = 10000 WHERE seq = 9");
    assert!(moved.what.contains("order"), "{moved:?}");
}

#[tokio::test]
async fn a_person_who_is_gone_with_everything_about_them_shows() {
    let folder = history().await.close().await;
    let connection = connect::plain(&path_in(folder.path())).expect("the database");
    connection
        .execute_batch("PRAGMA foreign_keys = OFF; DROP TRIGGER event_stays;")
        .expect("nothing in the way");
    for account in 1..=4 {
        connection.execute_batch("BEGIN").expect("a transaction");
        let tables = [
            ("slot", "account"),
            ("session", "account"),
            ("event", "account"),
            ("text", "account"),
            ("person", "account"),
            ("account", "id"),
        ];
        for (table, column) in tables {
            let sql = format!("DELETE FROM {table} WHERE {column} = ?1");
            connection.execute(&sql, [account]).expect("deleted");
        }
        let report = chain::check(&connection).expect("a report");
        connection.execute_batch("ROLLBACK").expect("undone");
        assert!(report.fault.is_some() || report.gap.is_some(), "{account}");
    }
}

#[tokio::test]
async fn numbers_are_passed_over_by_a_restore_and_by_nothing_else() {
    for (verb, is_whole) in [(Verb::Restore, true), (Verb::ClockAlarm, false)] {
        let house = history().await;
        let store = &house.store;
        store
            .number_after(10_000)
            .await
            .expect("numbers from there");
        crate::Store::record(&**store, verb, by())
            .await
            .expect("it");
        house.stage.login("user1", "last").await.expect("a login");
        let report = crate::Store::check_chain(&**store).await.expect("a report");
        assert_eq!((report.fault, report.gap.is_none()), (None, is_whole));
        house.close().await;
    }
}

#[tokio::test]
async fn an_erased_person_leaves_the_chain_whole() {
    let house = history().await;
    let erased = house.on_the_writer(|connection| {
        connection.execute_batch(
            "UPDATE person SET user = NULL, name = NULL, email = NULL, number = NULL, salt = NULL \
             WHERE account = 1; UPDATE text SET value = NULL, salt = NULL WHERE account = 1;",
        )?;
        Ok(())
    });
    erased.await.expect("erased");
    let report = crate::Store::check_chain(&*house.store).await;
    assert_eq!(report.expect("a report").fault, None);
    house.close().await;
}
