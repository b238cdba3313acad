//! The meter: how often each call was answered with which status, and how long that took. It knows calls by their address as
//! it is declared, never what a caller wrote into it.

use core::sync::atomic::{AtomicU64, Ordering};
use std::collections::HashMap;

use axum::{
    extract::{MatchedPath, Request, State},
    http::Method,
    middleware::Next,
    response::Response,
};
use tokio::time::Instant;
use vahti_store::{Counted, Distribution};

use super::{Access, App, Route, authz};

/// The largest value of each bucket, in microseconds: a check takes a few of them, a login a sync of the disk, and patience
/// ends at ten seconds.
const MICROS: &[u64] = &[
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
    1_000_000, 2_500_000, 5_000_000, 10_000_000,
];
/// Statuses of HTTP, from 100 on.
const STATUSES: usize = 500;

/// What was counted, by address.
pub(super) struct Meter(HashMap<String, Vec<Call>>);

struct Call {
    method: Method,
    /// Whether it is made by any method, as proxies make their questions.
    every_method: bool,
    micros: Distribution,
    statuses: Box<[AtomicU64]>,
}

/// What was counted of one call.
pub(super) struct Metered<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) micros: Counted,
    /// Each status that was answered, and how often.
    pub(super) statuses: Vec<(usize, u64)>,
}

impl Meter {
    /// A meter of these calls; others are not counted.
    pub(super) fn of(routes: &[Route]) -> Self {
        let mut calls: HashMap<String, Vec<Call>> = HashMap::new();
        for route in routes {
            calls.entry(route.path.clone()).or_default().push(Call {
                method: route.method.clone(),
                every_method: route.access == Access::Proxy,
                micros: Distribution::new(MICROS),
                statuses: (0..STATUSES).map(|_| AtomicU64::new(0)).collect(),
            });
        }
        Self(calls)
    }

    /// The call that was made by this method at the address that the router matched. HEAD is GET without the body.
    fn find(&self, method: &Method, matched: &str) -> Option<&Call> {
        let method = if method == Method::HEAD {
            &Method::GET
        } else {
            method
        };
        let mut calls = self.0.get(authz::declared(matched))?.iter();
        calls.find(|call| call.every_method || call.method == *method)
    }

    /// All that was counted, of calls that were made.
    pub(super) fn read(&self) -> Vec<Metered<'_>> {
        let all = self.0.iter();
        let all = all.flat_map(|(path, calls)| calls.iter().map(move |call| call.read(path)));
        let mut all: Vec<_> = all.filter(|call| !call.statuses.is_empty()).collect();
        all.sort_by_key(|call| (call.path, call.method));
        all
    }
}

impl Call {
    fn read<'a>(&'a self, path: &'a str) -> Metered<'a> {
        let counts = self
            .statuses
            .iter()
            .map(|count| count.load(Ordering::Relaxed));
        let statuses = (100..).zip(counts).filter(|(_, count)| *count > 0);
        Metered {
            method: self.method.as_str(),
            path,
            micros: self.micros.read(),
            statuses: statuses.collect(),
        }
    }
}

/// Counts a call when its answer begins.
pub(super) async fn measure(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().cloned();
    let method = request.method().clone();
    let begun = Instant::now();
    let response = next.run(request).await;
    let call = path.and_then(|path| app.meter().find(&method, path.as_str()));
    if let Some(call) = call {
        let micros = begun.elapsed().as_micros();
        call.micros.note(u64::try_from(micros).unwrap_or(u64::MAX));
        let status = usize::from(response.status().as_u16()).wrapping_sub(100);
        if let Some(count) = call.statuses.get(status) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }
    response
}
