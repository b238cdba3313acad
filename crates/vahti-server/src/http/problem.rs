//! What a caller is told when something is wrong: one shape (RFC 9457), one sentence that says what happened, what was
//! kept and what to do. Causes are not told here; they go to the log.

use core::time::Duration;

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use vahti::Error;
use vahti_client::{FieldError, Problem, ProblemType};
use vahti_core::Refusal;

use super::{answer, text};

pub(super) const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// A call that was not done.
#[derive(Debug)]
pub(super) struct Refused {
    problem: Box<Problem>,
    /// After how many seconds the call may be given again; told with the statuses that are for a time.
    retry_after_s: u128,
}

impl Refused {
    pub(super) fn new(kind: ProblemType, detail: impl Into<String>) -> Self {
        Self::from(Problem::new(kind, detail))
    }

    /// One field, parameter or header is wrong.
    pub(super) fn field(field: &str, message: impl Into<String>) -> Self {
        Self::fields(vec![FieldError {
            field: field.to_owned(),
            message: message.into(),
        }])
    }

    /// Some fields are wrong.
    pub(super) fn fields(errors: Vec<FieldError>) -> Self {
        let messages: Vec<_> = errors.iter().map(|error| error.message.as_str()).collect();
        let problem = Problem::new(ProblemType::Invalid, messages.join(" "));
        Self::from(Problem { errors, ..problem })
    }

    /// What a use case said. `user` is whom the call is about.
    pub(super) fn of(user: Option<&str>, error: &Error) -> Self {
        match error {
            Error::Refused(Refusal::UnknownUser) if user.is_none() => {
                Self::of(None, &Error::UnknownToken)
            }
            Error::Refused(refusal) => Self::by_rules(user.unwrap_or_default(), refusal),
            Error::UnknownToken => Self::new(
                ProblemType::UnknownSession,
                "The token is unknown or wrong. Nothing was changed.",
            ),
            Error::OutOfScope => Self::new(
                ProblemType::OutOfScope,
                "The key may act only on users with one of its groups. Nothing was changed.",
            ),
            Error::KeyNameTaken(name) => Self::new(
                ProblemType::KeyNameTaken,
                format!(
                    "The name `{name}` is taken, by a key (perhaps a revoked one) or by Vahti itself. Choose another name: \
                     the record must tell them apart."
                ),
            ),
            Error::UnknownKey(name) => Self::new(
                ProblemType::UnknownKey,
                format!(
                    "There is no valid key `{}`. Nothing was changed.",
                    text::shown(name)
                ),
            ),
            Error::SupervisorNameTaken(name) => Self::new(
                ProblemType::SupervisorNameTaken,
                format!(
                    "There is a supervisor `{name}` already. Nothing was changed. Choose another name, or disable that one \
                     first: none of their logins goes on then."
                ),
            ),
            Error::UnknownSupervisor(name) => Self::new(
                ProblemType::UnknownSupervisor,
                format!(
                    "There is no valid supervisor `{}`. Nothing was changed.",
                    text::shown(name)
                ),
            ),
            Error::NoPassword(name) => Self::new(
                ProblemType::NotNow,
                format!(
                    "`{}` was invited and has no password. Nothing was changed. Disable the account, then invite them again or \
                     add an account with a password.",
                    text::shown(name)
                ),
            ),
            Error::UnknownInvitation => Self::new(
                ProblemType::UnknownSupervisor,
                "The invitation is used up or too old. Nothing was changed.",
            ),
            Error::NoRoom { .. }
            | Error::DiskAlmostFull { .. }
            | Error::Late(_)
            | Error::Unavailable(_) => Self::new(ProblemType::Unavailable, cannot_tell(error)),
        }
    }

    fn by_rules(user: &str, refusal: &Refusal) -> Self {
        let kind = match refusal {
            Refusal::LimitReached { .. } => ProblemType::LimitReached,
            Refusal::SessionIdTaken(_) => ProblemType::SessionIdTaken,
            Refusal::IdempotencyKeyReused(_) => ProblemType::IdempotencyKeyReused,
            Refusal::SessionEnded(_) => ProblemType::SessionEnded,
            Refusal::NothingToChoose(_) | Refusal::ChallengeUsed(_) | Refusal::NothingToUndo => {
                ProblemType::NotNow
            }
            Refusal::NoOpenSession | Refusal::UnknownSession(_) => ProblemType::UnknownSession,
            Refusal::UnknownUser => ProblemType::UnknownUser,
        };
        let detail = match refusal {
            Refusal::LimitReached { active, limit } => format!(
                "`{user}` already has {active} of {limit} active sessions and the policy is `deny`. \
                 The password was not wrong: do not count this as a failed login."
            ),
            Refusal::SessionIdTaken(id) => format!(
                "The session id `{id}` was used before, and no id is used twice. Nothing was changed. \
                 Choose another, or leave it out."
            ),
            Refusal::IdempotencyKeyReused(id) => format!(
                "This `Idempotency-Key` belongs to the login of `{id}`. Nothing was changed. \
                 A new login needs a new key."
            ),
            Refusal::SessionEnded(id) => format!(
                "Session `{id}` has ended and cannot be verified. A new login makes a new session."
            ),
            Refusal::NothingToChoose(id) => format!(
                "Session `{id}` does not wait for a choice of its user. Nothing was changed."
            ),
            Refusal::ChallengeUsed(id) => format!(
                "This code of session `{id}` was used before. Nothing was changed. Scan the one on the screen now."
            ),
            Refusal::NothingToUndo => {
                "There is no command of the last ten minutes to take back. Nothing was changed."
                    .to_owned()
            }
            Refusal::NoOpenSession => {
                format!("`{user}` has no open session. Nothing was changed. A login makes one.")
            }
            Refusal::UnknownSession(id) if user.is_empty() => {
                format!("There is no session `{id}`. Nothing was changed.")
            }
            Refusal::UnknownSession(id) => {
                format!("`{user}` has no session `{id}`. Nothing was changed.")
            }
            Refusal::UnknownUser => format!(
                "Nobody has logged in as `{user}`. Nothing was changed. Names are compared byte for byte."
            ),
        };
        Self::new(kind, detail)
    }

    /// The same, for a caller who may try again no earlier than after this time.
    pub(super) fn until(mut self, wait: Duration) -> Self {
        self.retry_after_s = wait.as_millis().div_ceil(1_000).max(1);
        self
    }

    /// The same, in other words.
    pub(super) fn saying(mut self, detail: String) -> Self {
        self.problem.detail = detail;
        self
    }

    /// Whether it is of this kind.
    pub(super) fn is(&self, kind: ProblemType) -> bool {
        self.problem.word() == kind.word()
    }

    /// The problem itself, as part of a larger answer.
    pub(super) fn into_problem(self) -> Problem {
        *self.problem
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self {
            problem: Box::new(problem),
            retry_after_s: 1,
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = answer::status(self.problem.status);
        let body = serde_json::to_vec(&self.problem).unwrap_or_default();
        let mut response = answer::respond(status, PROBLEM_JSON, body);
        let (name, value) = match self.problem.status {
            401 => (header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")),
            429 | 503 => (header::RETRY_AFTER, seconds(self.retry_after_s)),
            _ => return response,
        };
        response.headers_mut().insert(name, value);
        response
    }
}

/// What is known to have changed when the database cannot be used.
fn cannot_tell(error: &Error) -> String {
    if let Error::NoRoom { missing_bytes } = error {
        return format!(
            "No copy was made: beside the database, {missing_bytes} bytes of free disk are missing for it. Make room, then \
             try again."
        );
    }
    let sentence = match error {
        Error::DiskAlmostFull { .. } => {
            "The disk of the database is almost full, so logins are refused. Nothing was changed. \
             Active sessions go on, and so do verify, invalidate and end."
        }
        Error::Late(_) => {
            "The database does not answer. Whether anything was changed is not known. Try again in 1 s."
        }
        _ => "The database does not answer. Nothing is known to have changed. Try again in 1 s.",
    };
    sentence.to_owned()
}

fn seconds(number: u128) -> HeaderValue {
    HeaderValue::try_from(number.to_string()).unwrap_or(HeaderValue::from_static("1"))
}

/// Words in backticks, with `between` between them.
pub(super) fn listed<'a>(words: impl Iterator<Item = &'a str>, between: &str) -> String {
    words
        .map(|word| format!("`{word}`"))
        .collect::<Vec<_>>()
        .join(between)
}
