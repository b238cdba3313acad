//! What every stream of hints sends (`text/event-stream`, WHATWG HTML 9.2), and as what: the scripts of the pages rely on it.

use core::time::Duration;

use axum::{
    body::Bytes,
    http::{HeaderName, header},
};

/// Begins a stream: how soon a browser comes again, in milliseconds.
pub(crate) const BEGIN: Bytes = Bytes::from_static(b"retry: 1000\n\n");
/// The page would say something else now.
pub(crate) const CHANGED: Bytes = Bytes::from_static(b"event: changed\ndata: 1\n\n");
/// The stream is there. It is no comment, because a script does not see those.
pub(crate) const BEAT: Bytes = Bytes::from_static(b"event: beat\ndata: 1\n\n");

/// How often it says so: before proxies take the silence for an end.
pub(crate) const BEAT_EVERY: Duration = Duration::from_secs(2);

/// The headers of a stream.
pub(crate) const STREAM: [(HeaderName, &str); 4] = [
    (header::CONTENT_TYPE, "text/event-stream"),
    (header::CACHE_CONTROL, "no-store"),
    (header::VARY, "Cookie"),
    // nginx would keep what it should pass on.
    (HeaderName::from_static("x-accel-buffering"), "no"),
];
