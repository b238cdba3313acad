//! Vahti inside a program: a login, a check, and a supervisor who lets somebody in.
//!
//! `cargo run -p vahti --features sqlite --example embed`

use std::{error::Error, sync::Arc};

use vahti::core::{How, Policy, UserId};
use vahti::store::sqlite::SqliteStore;
use vahti::{Caller, LoginRequest, Question, SystemClock, Vahti, VerifyRequest};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let database = folder.path().join("vahti.db");

    let policy = Arc::new(Policy::one_per_user());
    let clock = Arc::new(SystemClock::start());
    let open = async |host| Ok::<_, Box<dyn Error>>(SqliteStore::open(&database, host)?);
    let vahti = Vahti::open(policy, clock, "example", open).await?;

    // What the policy means for sessions that are open already, before anybody asks.
    vahti.enforce_policy().await?;
    // The work in the background goes on beside all that the program does.
    let told = tokio::select! {
        told = story(&vahti) => told,
        () = vahti.run(std::future::pending()) => Ok(()),
    };
    // The last times of use, and the database.
    vahti.close().await;
    told
}

async fn story(vahti: &Vahti) -> Result<(), Box<dyn Error>> {
    let (app, aino) = (Caller::named("lms", How::Api), UserId::new("aino")?);
    let login = async || vahti.login(&app, LoginRequest::of(aino.clone())).await;
    let home = login().await?.ok_or("not tracked")?;
    let hall = login().await?.ok_or("not tracked")?;
    let check = async |token: &str| vahti.check(&app, &Question::token(token)).await;
    assert!(check(&home.token).await?.allows());
    assert!(!check(&hall.token).await?.allows());

    let supervisor = Caller::named("maija", How::List);
    let seat = hall.record.session.id.clone();
    vahti
        .verify(&supervisor, VerifyRequest::of(aino.clone(), seat))
        .await?;
    assert!(check(&hall.token).await?.allows());

    let waits = check(&home.token).await?.verdict;
    println!(
        "The hall goes on; at home: {} ({}).",
        waits.as_str(),
        waits.reason()
    );
    Ok(())
}
