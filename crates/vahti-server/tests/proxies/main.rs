//! Vahti behind real proxies: nginx, Caddy and HAProxy as Debian packs them, with exactly the files that `vahti init`
//! writes, a real gate, and an application that notes what reaches it. Addresses are loopback, ports are free ones.

mod answers;
mod app;
mod bypass;
mod client;
mod corpus;
mod crowd;
mod documented;
mod hostile;
mod house;
mod large;
mod login;
mod outage;
mod own;
#[path = "../cli/page.rs"]
mod page;
mod proxy;
mod running;
#[expect(dead_code, reason = "the tests of the command line use more of it")]
#[path = "../cli/scene.rs"]
mod scene;
#[expect(dead_code, reason = "the tests of the command line use more of it")]
#[path = "../cli/tools.rs"]
mod tools;
mod upgrades;
mod uploads;
