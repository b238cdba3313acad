//! Vahti inside a program: a login, a check, and a supervisor who lets somebody in.
//!
//! `cargo run -p vahti --features memory --example embed`

use std::{error::Error, sync::Arc};

use vahti::{Caller, LoginRequest, Question, SystemClock, Vahti, VerifyRequest};
use vahti::{
    core::{How, Policy, UserId},
    store::{StoreError, memory::MemoryStore},
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let policy = Arc::new(Policy::one_per_user());
    let clock = Arc::new(SystemClock::start());
    let open = async |host| Ok::<_, StoreError>(MemoryStore::new(host));
    let vahti = Vahti::open(policy, clock, "example", open).await?;

    let app = Caller::named("lms", How::Api);
    let aino = UserId::new("aino")?;
    let home = vahti
        .login(&app, LoginRequest::of(aino.clone()))
        .await?
        .ok_or("not tracked")?;
    let hall = vahti
        .login(&app, LoginRequest::of(aino.clone()))
        .await?
        .ok_or("not tracked")?;
    assert!(
        vahti
            .check(&app, &Question::token(&home.token))
            .await?
            .allows()
    );
    assert!(
        !vahti
            .check(&app, &Question::token(&hall.token))
            .await?
            .allows()
    );

    let supervisor = Caller::named("maija", How::List);
    let session_id = Some(hall.record.session.id.clone());
    vahti
        .verify(
            &supervisor,
            VerifyRequest {
                user: aino,
                session_id,
                keep_others: false,
            },
        )
        .await?;
    assert!(
        vahti
            .check(&app, &Question::token(&hall.token))
            .await?
            .allows()
    );
    let waits = vahti.check(&app, &Question::token(&home.token)).await?;
    println!(
        "The hall goes on; at home: {} ({}).",
        waits.verdict.as_str(),
        waits.verdict.reason()
    );
    Ok(())
}
