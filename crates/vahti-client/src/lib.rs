//! The wire of Vahti: requests, answers and problems of the HTTP API, version 1.
//!
//! The server and its clients share these types, so that there is one description of the wire. Requests refuse
//! unknown fields. Times are RFC 3339 in UTC with milliseconds.
//!
//! With the feature `http` there is a [`Client`] for host applications. `examples/integrate_axum` stands behind axum with it.

mod answer;
#[cfg(feature = "http")]
mod client;
#[cfg(feature = "http")]
mod cookie;
mod pause;
mod policy;
mod problem;
mod request;
mod supervisor;
mod time;

pub use answer::{
    AllResponse, Chain, ChainFault, CheckResponse, CreatedKey, CurrentResponse, EndResponse,
    EraseResponse, Event, EventsPage, Explanation, ImportResponse, InvalidateResponse, Key,
    KeysResponse, LoginResponse, Session, SessionResponse, SessionsPage, SkippedSession,
    Unprocessed, VerifyResponse, Would,
};
#[cfg(feature = "http")]
pub use client::{Client, ClientError};
#[cfg(feature = "http")]
pub use cookie::token_in;
pub use pause::{PauseRequest, PauseResponse, ResumeRequest, ResumeResponse};
pub use policy::{GroupLimit, PolicyResponse};
pub use problem::{FieldError, GateProblem, Problem, ProblemType};
pub use request::{
    AllRequest, CheckRequest, ChooseRequest, CreateKeyRequest, EndRequest, EraseRequest,
    ImportRequest, ImportedSession, InvalidateRequest, LoginRequest, Only, Origin, VerifyRequest,
};
pub use supervisor::{
    ChangePasswordRequest, ChangedPassword, CreateSupervisorRequest, CreatedSupervisor, Invitation,
    InviteRequest, Supervisor, SupervisorsResponse,
};
pub use time::Time;
