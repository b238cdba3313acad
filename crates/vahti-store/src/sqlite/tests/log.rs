//! The write-ahead log after something was forgotten, while somebody reads the database.

use std::{fs, time::Duration};

use rusqlite::Connection;
use tokio::time::timeout;

use super::{House, path_in};
use crate::sqlite::lock::beside;

/// Another program that reads the database, as it is when this is called, until the transaction ends.
fn reading(house: &House) -> Connection {
    let reader = Connection::open(path_in(house.folder.path())).expect("another program");
    reader.execute_batch("BEGIN").expect("a transaction");
    assert!(reads(&reader, "ann"));
    reader
}

/// Whether somebody who reads now sees a person.
fn reads(connection: &Connection, user: &str) -> bool {
    let sql = "SELECT count(*) FROM person WHERE user = ?1";
    let people = connection.query_row(sql, [user], |row| row.get::<_, i64>(0));
    people.expect("a number") > 0
}

fn length_of_the_log(house: &House) -> u64 {
    let log = beside(&path_in(house.folder.path()), "-wal");
    fs::metadata(log).expect("a log").len()
}

#[tokio::test]
async fn an_erasure_waits_for_those_who_read_and_leave() {
    let house = House::new();
    house.stage.login("ann", "a1").await.expect("a login");
    let (reader, other) = (reading(&house), reading(&house));
    other.execute_batch("ROLLBACK").expect("it ends");
    // Whoever reads leaves once the person is gone from what is committed: then the writer is about to empty the log.
    let leaves = std::thread::spawn(move || {
        while reads(&other, "ann") {
            std::thread::yield_now();
        }
        reader.execute_batch("ROLLBACK").expect("it ends");
    });
    house.stage.erase("ann", "a wish").await.expect("erased");
    assert_eq!(length_of_the_log(&house), 0);
    leaves.join().expect("no panic");
    house.close().await;
}

#[tokio::test]
async fn whoever_reads_for_long_delays_no_commit_but_the_one_that_erases() {
    let house = House::new();
    house.stage.login("ann", "a1").await.expect("a login");
    let reader = reading(&house);
    house.stage.erase("ann", "a wish").await.expect("erased");
    assert!(length_of_the_log(&house) > 0, "somebody is in the way");
    let logins = async {
        for n in 0..20 {
            let user = format!("user{n}");
            house.stage.login(&user, &user).await.expect("a login");
        }
    };
    // If each waited as long as the erasure, it would be twice as much.
    let done = timeout(Duration::from_secs(20), logins).await;
    done.expect("nobody waits for those who read");
    drop(reader);
    house.close().await;
}

#[tokio::test]
async fn the_log_is_emptied_when_the_last_reader_leaves_without_any_command() {
    let house = House::new();
    house.stage.login("ann", "a1").await.expect("a login");
    let reader = reading(&house);
    house.stage.erase("ann", "a wish").await.expect("erased");
    assert!(length_of_the_log(&house) > 0, "somebody is in the way");
    reader.execute_batch("ROLLBACK").expect("it ends");
    let emptied = async {
        while length_of_the_log(&house) > 0 {
            tokio::task::yield_now().await;
        }
    };
    let emptied = timeout(Duration::from_secs(60), emptied).await;
    emptied.expect("the writer does it by itself");
    house.close().await;
}
