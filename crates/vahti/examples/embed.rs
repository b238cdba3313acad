//! Vahti inside a program: a login, a check, and a supervisor who lets somebody in.
//!
//! `cargo run -p vahti --features memory --example embed`

use std::{error::Error, sync::Arc};

use vahti::core::{How, Policy, UserId};
use vahti::store::{StoreError, memory::MemoryStore};
use vahti::{Caller, LoginRequest, Question, SystemClock, Vahti, VerifyRequest};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let policy = Arc::new(Policy::one_per_user());
    let clock = Arc::new(SystemClock::start());
    let open = async |host| Ok::<_, StoreError>(MemoryStore::new(host));
    let vahti = Vahti::open(policy, clock, "example", open).await?;

    let (app, aino) = (Caller::named("lms", How::Api), UserId::new("aino")?);
    let login = async || vahti.login(&app, LoginRequest::of(aino.clone())).await;
    let home = login().await?.ok_or("not tracked")?;
    let hall = login().await?.ok_or("not tracked")?;
    let check = async |token: &str| vahti.check(&app, &Question::token(token)).await;
    assert!(check(&home.token).await?.allows());
    assert!(!check(&hall.token).await?.allows());

    let supervisor = Caller::named("maija", How::List);
    let seat = hall.record.session.id.clone();
    let request = VerifyRequest::of(aino.clone(), seat);
    vahti.verify(&supervisor, request).await?;
    assert!(check(&hall.token).await?.allows());

    let waits = check(&home.token).await?.verdict;
    println!(
        "The hall goes on; at home: {} ({}).",
        waits.as_str(),
        waits.reason()
    );
    Ok(())
}
