//! An application in axum that stands behind Vahti. What Vahti adds to it is in `gate.rs`; the rest is the application's own.
//!
//! `VAHTI_URL=http://127.0.0.1:7300 VAHTI_KEY=… cargo run -p vahti-client --features http --example integrate_axum`

#[expect(
    unreachable_pub,
    reason = "read on a page, where `pub(crate)` only adds length"
)]
mod gate;
mod yours;

use std::{env, error::Error};

use axum::{Router, middleware::from_fn_with_state, routing::get};
use vahti_client::Client;

#[tokio::main]
#[expect(clippy::disallowed_methods, reason = "the settings of an example")]
async fn main() -> Result<(), Box<dyn Error>> {
    let vahti = Client::new(&env::var("VAHTI_URL")?, &env::var("VAHTI_KEY")?)?;
    let app = Router::new()
        .route("/", get(yours::home).post(yours::home))
        .route("/logout", axum::routing::post(gate::logout))
        .layer(from_fn_with_state(vahti.clone(), gate::check))
        .route("/login", get(yours::form).post(gate::login))
        .with_state(vahti);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}/", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
