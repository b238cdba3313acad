//! `GET /metrics`: figures for a monitoring system, in the format OpenMetrics 1.0 that Prometheus reads. Names and units stand in
//! `docs/operate.md`. No label holds anything of a user, a session or a key.

use core::fmt;

use axum::{
    extract::State,
    http::{HeaderValue, StatusCode},
    response::Response,
};
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet, text},
    metrics::MetricType,
    registry::Registry,
};
use vahti_core::{StateWord, verdict::Verdict};
use vahti_store::Counted;

use crate::http::{App, answer::respond, door::AnyKey, problem::Refused};

const OPEN_METRICS: HeaderValue =
    HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");

/// Tells figures for a monitoring system, in the format of OpenMetrics.
#[utoipa::path(get, path = "/metrics", operation_id = "metrics",
    responses((status = 200, description = "The figures", body = String, content_type = "application/openmetrics-text")))]
pub(in crate::http) async fn metrics(key: AnyKey) -> Result<Response, Refused> {
    Ok(told(key.app()).await)
}

/// The same without a key, for a listener of its own.
pub(in crate::http) async fn open_metrics(State(app): State<App>) -> Response {
    told(&app).await
}

async fn told(app: &App) -> Response {
    let of = app.clone();
    // Counting a million sessions takes some milliseconds, in which others are to be answered.
    let figures = tokio::task::spawn_blocking(move || Figures(families(&of))).await;
    let mut registry = Registry::with_prefix("vahti");
    if let Ok(figures) = figures {
        registry.register_collector(Box::new(figures));
    }
    let mut body = String::new();
    match text::encode(&mut body, &registry) {
        Ok(()) => respond(StatusCode::OK, OPEN_METRICS, body),
        Err(error) => {
            tracing::error!(%error, "the figures could not be written");
            respond(StatusCode::INTERNAL_SERVER_ERROR, OPEN_METRICS, "")
        }
    }
}

type Labels = Vec<(&'static str, String)>;

#[derive(Debug)]
enum Value {
    Count(u64),
    Now(u64),
    /// With how many of what was counted are one of the figure's unit.
    Spread(Counted, f64),
}

/// Figures of one name.
#[derive(Debug)]
struct Family {
    name: &'static str,
    help: &'static str,
    kind: MetricType,
    figures: Vec<(Labels, Value)>,
}

#[derive(Debug)]
struct Figures(Vec<Family>);

impl Collector for Figures {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        for family in &self.0 {
            let mut all = encoder.encode_descriptor(family.name, family.help, None, family.kind)?;
            for (labels, value) in &family.figures {
                if labels.is_empty() {
                    value.encode(&mut all)?;
                } else {
                    value.encode(&mut all.encode_family(labels)?)?;
                }
            }
        }
        Ok(())
    }
}

impl Value {
    fn encode(&self, to: &mut MetricEncoder<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => to.encode_counter::<NoLabelSet, _, u64>(count, None),
            Self::Now(value) => to.encode_gauge(value),
            Self::Spread(counted, one) => {
                let bound = |bound: u64| match bound {
                    u64::MAX => f64::INFINITY,
                    bound => bound as f64 / one,
                };
                let buckets = counted.buckets.iter();
                let buckets: Vec<_> = buckets
                    .map(|(most, count)| (bound(*most), *count))
                    .collect();
                let count = buckets.iter().map(|(_, count)| count).sum();
                let sum = counted.sum as f64 / one;
                to.encode_histogram::<NoLabelSet>(sum, count, &buckets, None)
            }
        }
    }
}

fn families(app: &App) -> Vec<Family> {
    let vahti = app.vahti();
    let figures = vahti.figures();
    let sessions = vahti.index().count();
    let states = [
        (StateWord::Active, sessions.active),
        (StateWord::Held, sessions.held),
        (StateWord::Ended, sessions.ended),
    ];
    let states =
        states.map(|(state, count)| (vec![("state", state.to_string())], Value::Now(count)));
    let mut families = vec![
        verdicts(
            "checks",
            "Checks, by verdict and reason",
            figures.verdicts(),
        ),
        verdicts(
            "would",
            "Checks that passed while the gate guards nobody, by what a gate that guards says",
            figures.would(),
        ),
        one(
            "checks_unavailable",
            "Checks that could not be answered",
            MetricType::Counter,
            Value::Count(figures.unavailable()),
        ),
        Family {
            name: "sessions",
            help: "Sessions in memory now, by state; the ended ones for a day",
            kind: MetricType::Gauge,
            figures: states.into(),
        },
        now(
            "console_open",
            "1 as long as the console can tell who is logged in to it",
            app.console().logins().is_some().into(),
        ),
        now(
            "paused",
            "1 while the gate is paused",
            vahti.paused_until().is_some().into(),
        ),
        now(
            "ready",
            "1 as long as the host can tell",
            vahti.failure().is_none().into(),
        ),
        now("streams", "Event streams that are open", app.open_streams()),
        build(),
    ];
    families.extend(commits(app));
    families.extend(calls(app));
    families
}

fn one(name: &'static str, help: &'static str, kind: MetricType, value: Value) -> Family {
    Family {
        name,
        help,
        kind,
        figures: vec![(Labels::new(), value)],
    }
}

fn now(name: &'static str, help: &'static str, value: u64) -> Family {
    one(name, help, MetricType::Gauge, Value::Now(value))
}

/// The version as a label, so that any figure can be seen beside it.
fn build() -> Family {
    let version = vec![("version", env!("CARGO_PKG_VERSION").to_owned())];
    Family {
        name: "build_info",
        help: "Always 1; the version that runs",
        kind: MetricType::Gauge,
        figures: vec![(version, Value::Now(1))],
    }
}

fn verdicts(name: &'static str, help: &'static str, all: Vec<(Verdict, u64)>) -> Family {
    let labels = |verdict: Verdict| {
        vec![
            ("verdict", verdict.as_str().to_owned()),
            ("reason", verdict.reason().to_owned()),
        ]
    };
    let all = all.into_iter();
    Family {
        name,
        help,
        kind: MetricType::Counter,
        figures: all
            .map(|(verdict, count)| (labels(verdict), Value::Count(count)))
            .collect(),
    }
}

fn commits(app: &App) -> impl Iterator<Item = Family> {
    let spread = |name, help, counted, unit| {
        one(
            name,
            help,
            MetricType::Histogram,
            Value::Spread(counted, unit),
        )
    };
    app.vahti().commits().into_iter().flat_map(move |commits| {
        [
            spread(
                "commit_commands",
                "Commands that shared a commit",
                commits.commands,
                1.0,
            ),
            spread(
                "commit_seconds",
                "How long a commit took",
                commits.millis,
                1e3,
            ),
        ]
    })
}

fn calls(app: &App) -> [Family; 2] {
    let (mut requests, mut seconds) = (Vec::new(), Vec::new());
    for call in app.meter().read() {
        let labels = vec![
            ("method", call.method.to_owned()),
            ("call", call.path.to_owned()),
        ];
        for (status, count) in call.statuses {
            let mut labels = labels.clone();
            labels.push(("status", status.to_string()));
            requests.push((labels, Value::Count(count)));
        }
        seconds.push((labels, Value::Spread(call.micros, 1e6)));
    }
    [
        Family {
            name: "http_requests",
            help: "Answers, by call and status",
            kind: MetricType::Counter,
            figures: requests,
        },
        Family {
            name: "http_request_seconds",
            help: "How long it took until an answer began",
            kind: MetricType::Histogram,
            figures: seconds,
        },
    ]
}
