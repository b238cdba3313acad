//! `POST /v1/check`: may this request go on? The hot path: the body is read where it lies, the answer is written from
//! what the host holds, and nothing is copied in between.

use core::fmt;
use std::borrow::Cow;

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::StatusCode,
    response::Response,
};
use serde::{Deserialize, Deserializer, Serialize, de};
use vahti::{Checked, Question, Who};
use vahti_client as wire;
use vahti_core::{Group, SessionId, UserId, verdict::Verdict};

use crate::http::{
    App, answer,
    door::AppKey,
    problem::Refused,
    request::{self, Named, Parameters, Query, Wrong},
};

/// Decides whether a request may go on. 200 means *answered*: only `verdict == "allow"` lets in.
#[utoipa::path(post, path = "/v1/check", operation_id = "check", request_body = wire::CheckRequest,
    params(("status" = Option<String>, Query, description = "`1`: a hold is answered 401 and a deny 403, with the same body, for callers that look at the status only.")),
    responses((status = 200, description = "The question is answered", body = wire::CheckResponse),
        (status = 401, description = "With `status=1`: the session waits", body = wire::CheckResponse),
        (status = 403, description = "With `status=1`: denied", body = wire::CheckResponse)))]
pub(in crate::http) async fn check(
    key: AppKey,
    Query(by_status): Query<ByStatus>,
    Asked(bytes): Asked,
) -> Result<Response, Refused> {
    let asked = read(&bytes)?;
    let checked = key.vahti().check(&key.reader(), &asked.question()).await;
    let checked = checked.map_err(|error| key.refusal(None, error))?;
    let held = checked
        .session
        .as_ref()
        .filter(|_| matches!(checked.verdict, Verdict::Hold(_)));
    let wait_url = held.map(|session| key.wait_url(session, asked.names_a_user()));
    Ok(answer::json(
        by_status.status(checked.verdict),
        &Told::of(&checked, wait_url),
    ))
}

/// `?status=1`.
pub(in crate::http) struct ByStatus(bool);

impl Named for ByStatus {
    fn read(parameters: &mut Parameters) -> Option<Self> {
        let wanted = parameters.find("status", |text| match text {
            "1" => Ok(()),
            _ => Err("it is `1` or left out."),
        });
        wanted.map(|wanted| Self(wanted.is_some()))
    }
}

impl ByStatus {
    const fn status(&self, verdict: Verdict) -> StatusCode {
        match verdict {
            Verdict::Hold(_) if self.0 => StatusCode::UNAUTHORIZED,
            Verdict::Deny(_) if self.0 => StatusCode::FORBIDDEN,
            Verdict::Allow(_) | Verdict::Hold(_) | Verdict::Deny(_) => StatusCode::OK,
        }
    }
}

/// The body of a check, still as bytes.
pub(in crate::http) struct Asked(pub(super) Bytes);

impl FromRequest<App> for Asked {
    type Rejection = Refused;

    async fn from_request(request: Request, _: &App) -> Result<Self, Refused> {
        request::raw(request).await.map(Self)
    }
}

/// [`wire::CheckRequest`], borrowed from the body.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckRequest<'a> {
    #[serde(borrow, default)]
    token: Option<Text<'a>>,
    #[serde(borrow, default)]
    user: Option<Text<'a>>,
    #[serde(borrow, default)]
    session_id: Option<Text<'a>>,
    #[serde(borrow, default)]
    groups: Vec<Text<'a>>,
    #[serde(borrow, default)]
    path: Option<Text<'a>>,
    #[serde(borrow, default)]
    subject: Option<Text<'a>>,
    #[serde(default)]
    touch: Option<bool>,
}

/// A text that is borrowed wherever it holds no escapes. (A plain `Option<Cow<str>>` never borrows.)
struct Text<'a>(Cow<'a, str>);

impl Text<'_> {
    fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

/// A check whose fields are right.
pub(super) struct Right<'a> {
    body: CheckRequest<'a>,
    groups: Vec<Group>,
}

/// The question that a body asks, or everything that is wrong with it.
pub(super) fn read(bytes: &[u8]) -> Result<Right<'_>, Refused> {
    let mut wrong = Wrong::default();
    match request::object::<CheckRequest<'_>>(bytes) {
        Ok(body) => {
            let groups = validate(&body, &mut wrong);
            wrong.finish(groups.map(|groups| Right { body, groups }))
        }
        Err(error) => {
            let mended = request::diagnose::<wire::CheckRequest>(bytes, &error, &mut wrong);
            if let Some(text) = mended.and_then(|body| serde_json::to_string(&body).ok())
                && let Ok(body) = serde_json::from_str(&text)
            {
                validate(&body, &mut wrong);
            }
            wrong.finish(None)
        }
    }
}

fn validate(body: &CheckRequest<'_>, wrong: &mut Wrong) -> Option<Vec<Group>> {
    if let Some(Err(message)) = body.user.as_ref().map(|user| UserId::new(user.as_str())) {
        wrong.note("user", message);
    }
    if let Some(Err(message)) = body
        .session_id
        .as_ref()
        .map(|id| SessionId::new(id.as_str()))
    {
        wrong.note("session_id", message);
    }
    match (&body.token, &body.user) {
        (Some(_), Some(_)) => wrong.contradiction("token", "Give `token` or `user`, not both."),
        (None, None) => wrong.contradiction("token", "Give `token`, or `user` with `session_id`."),
        (Some(_), None) if body.session_id.is_some() => {
            wrong.contradiction(
                "session_id",
                "`session_id` goes with `user`: a token names its session itself.",
            );
        }
        (Some(_), None) if !body.groups.is_empty() => {
            wrong.contradiction("groups", "`groups` goes with `user`, not with `token`.");
        }
        _ => {}
    }
    let groups = body
        .groups
        .iter()
        .enumerate()
        .map(|(at, group)| wrong.take(&format!("groups[{at}]"), Group::new(group.as_str())));
    let groups: Vec<_> = groups.collect();
    groups.into_iter().collect()
}

impl Right<'_> {
    /// Whether the host application vouches for a user; otherwise the browser holds a token.
    fn names_a_user(&self) -> bool {
        self.body.user.is_some()
    }

    pub(super) fn question(&self) -> Question<'_> {
        let body = &self.body;
        let who = match &body.token {
            Some(token) => Who::Token(token.as_str()),
            None => Who::User {
                user: body.user.as_ref().map_or("", Text::as_str),
                session: body.session_id.as_ref().map(Text::as_str),
                groups: &self.groups,
            },
        };
        Question {
            who,
            path: body.path.as_ref().map(Text::as_str),
            subject: body.subject.as_ref().map(Text::as_str),
            touch: body.touch.unwrap_or(true),
        }
    }
}

/// [`wire::CheckResponse`], borrowed from what the host answered.
#[derive(Serialize)]
struct Told<'a> {
    verdict: &'static str,
    reason: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    would: Option<Would>,
    user: Option<&'a str>,
    session_id: Option<&'a str>,
    state: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wait_url: Option<String>,
    valid_for_ms: u64,
}

#[derive(Serialize)]
struct Would {
    verdict: &'static str,
    reason: &'static str,
}

impl<'a> Told<'a> {
    fn of(checked: &'a Checked, wait_url: Option<String>) -> Self {
        Self {
            wait_url,
            verdict: checked.verdict.as_str(),
            reason: checked.verdict.reason(),
            would: checked.would.map(|would| Would {
                verdict: would.as_str(),
                reason: would.reason(),
            }),
            user: checked.user.as_ref().map(UserId::as_str),
            session_id: checked.session.as_ref().map(SessionId::as_str),
            state: checked.state.map(vahti_core::State::as_str),
            valid_for_ms: u64::try_from(checked.valid_for.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use vahti_core::{HeldReason, State, verdict::DenyReason};

    use super::*;

    #[test]
    fn the_borrowed_body_is_the_body_of_the_wire() {
        let wire = wire::CheckRequest {
            token: Some("t".to_owned()),
            user: Some("u\u{e4}\"\\".to_owned()),
            session_id: Some("s".to_owned()),
            groups: vec!["g".to_owned(), "h".to_owned()],
            path: Some("/p".to_owned()),
            subject: Some("o".to_owned()),
            touch: Some(false),
        };
        let text = serde_json::to_string(&wire).expect("JSON");
        let body: CheckRequest<'_> = serde_json::from_str(&text).expect(&text);
        let owned = |text: &Option<Text<'_>>| text.as_ref().map(|text| text.as_str().to_owned());
        let back = wire::CheckRequest {
            token: owned(&body.token),
            user: owned(&body.user),
            session_id: owned(&body.session_id),
            groups: body
                .groups
                .iter()
                .map(|group| group.as_str().to_owned())
                .collect(),
            path: owned(&body.path),
            subject: owned(&body.subject),
            touch: body.touch,
        };
        assert_eq!(back, wire);
        assert!(matches!(body.token, Some(Text(Cow::Borrowed("t")))));
    }

    #[test]
    fn the_borrowed_answer_is_the_answer_of_the_wire() {
        let checked = Checked {
            verdict: Verdict::Hold(HeldReason::OverLimit),
            would: Some(Verdict::Deny(DenyReason::NoSession)),
            user: UserId::new("aino").ok(),
            session: SessionId::new("home").ok(),
            profile: None,
            state: Some(State::Held(HeldReason::OverLimit)),
            valid_for: Duration::from_millis(1_500),
        };
        let told = serde_json::to_value(Told::of(&checked, Some("https://a.fi/".to_owned())))
            .expect("JSON");
        let wire: wire::CheckResponse = serde_json::from_value(told.clone()).expect("the wire");
        assert_eq!(serde_json::to_value(wire).expect("JSON"), told);
    }
}
