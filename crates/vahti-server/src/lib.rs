//! The server of Vahti: the configuration, the HTTP API and what runs it. The binary `vahti` is a thin shell around it.
//!
//! It holds no rules and no SQL: what a command does stands in `vahti-core`, how it is kept in `vahti-store`.

mod address;
pub mod cli;
pub mod config;
mod console;
mod dev;
pub mod http;
mod limits;
mod locale;
mod pages;
mod path;
mod serve;
mod sites;
mod standing;
mod table;
