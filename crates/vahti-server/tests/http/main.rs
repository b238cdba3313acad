//! The HTTP API, driven inside the process: who may call, what comes back, what is refused, and that nothing but the
//! commands changes anything.

mod answers;
mod authz;
mod bodies;
mod console;
mod document;
mod documented;
mod doors;
mod groups;
mod import;
mod inputs;
mod limits;
mod lists;
mod logs;
mod metrics;
mod moody;
mod pages;
mod pauses;
mod random;
mod samples;
mod scene;
mod seen;
mod streams;
mod supervisors;
mod tim;
mod tim_export;
mod trouble;
mod verdicts;
