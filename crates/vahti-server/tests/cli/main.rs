//! The program `vahti` as its users meet it: what it prints, how it exits, what holds when it is stopped or killed. Every
//! test starts the real binary in a folder of its own.

mod beside;
mod canaries;
mod copies;
mod failing;
mod first_minute;
mod full;
mod fuzz;
mod import;
mod installed;
mod integrate;
mod output;
mod package;
mod page;
mod proxies;
mod readme;
mod scene;
mod settings;
mod stop;
mod supervisors;
mod systemd;
mod terminal;
mod tools;
mod walk;
