//! The one way to the data: the HTTP API, as its owner. Is the database owned, the owner is asked on its socket; is it
//! not, this process owns it for the moment and asks the very same router inside itself. The database's lock decides.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::Response;
use http_body_util::BodyExt as _;
use serde::de::DeserializeOwned;
use tower::ServiceExt as _;
use vahti::Vahti;

use crate::config::Config;
use crate::serve::{self, Address, Closed};

use super::call::{self, Call};
use super::exit::Failure;

/// Rows of a page: the most that the API gives.
const PAGE: usize = 1_000;

/// Whether a command may make the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Absent {
    /// The command makes it.
    Make,
    /// Without it there is nothing to tell.
    Refuse,
}

/// A way to the data.
pub(crate) enum Door {
    /// The socket of the process that owns the database.
    Owner {
        client: reqwest::Client,
        _address: Address,
    },
    /// This process owns it.
    Inside { router: Router, vahti: Arc<Vahti> },
}

impl Door {
    /// Opens the way to the data of a configuration. Between the look at the socket and the lock a server may start or
    /// stop; so the socket is tried once more when the lock is taken.
    pub(crate) async fn open(config: &Config, absent: Absent) -> Result<Self, Failure> {
        let database = &config.store.path;
        if absent == Absent::Refuse && !database.exists() {
            return Err(no_database(database));
        }
        if serve::answers(database).await {
            return Self::owner(database);
        }
        match serve::open(config).await {
            Ok(vahti) => Ok(Self::inside(config, vahti)),
            Err(Closed::Owned { .. }) if serve::answers(database).await => Self::owner(database),
            Err(Closed::Owned { pid }) => Err(silent(database, pid)),
            Err(closed) => Err(Failure::cannot_tell(closed.sentence(database))),
        }
    }

    /// The way to the data of a host that this process has opened.
    pub(crate) fn inside(config: &Config, vahti: Arc<Vahti>) -> Self {
        Self::Inside {
            router: crate::http::owner_router(serve::app(config, &vahti)),
            vahti,
        }
    }

    fn owner(database: &Path) -> Result<Self, Failure> {
        let failed = |cause: &dyn std::fmt::Display| {
            Failure::cannot_tell(format!("The server's socket cannot be used: {cause}."))
        };
        let address = Address::of(&serve::socket_of(database)).map_err(|cause| failed(&cause))?;
        let client = reqwest::Client::builder()
            .unix_socket(address.path())
            .no_proxy()
            .build()
            .map_err(|cause| failed(&cause))?;
        Ok(Self::Owner {
            client,
            _address: address,
        })
    }

    /// Whether another process answers.
    pub(crate) const fn is_owner(&self) -> bool {
        matches!(self, Self::Owner { .. })
    }

    async fn send(&self, call: &Call) -> Result<Response<Body>, Failure> {
        match self {
            Self::Owner { client, .. } => {
                let mut request = reqwest::Request::try_from(call.request::<Vec<u8>>()?)
                    .map_err(|error| Failure::wrong(format!("This cannot be asked: {error}.")))?;
                *request.timeout_mut() = call.patience();
                let answer = client
                    .execute(request)
                    .await
                    .map_err(|error| unanswered(&error, call))?;
                Ok(axum::http::Response::from(answer).map(Body::new))
            }
            Self::Inside { router, .. } => {
                let answer = router.clone().oneshot(call.request::<Body>()?).await;
                Ok(answer.unwrap_or_else(|never| match never {}))
            }
        }
    }

    /// Makes a call and reads its answer.
    pub(crate) async fn call<T: DeserializeOwned>(&self, call: &Call) -> Result<T, Failure> {
        call::decode(call::accept(self.send(call).await?).await?).await
    }

    /// Reads a list page by page: at most `most` rows, and whether there are more. `open` takes a page apart, into its
    /// rows and where the next one begins.
    pub(crate) async fn rows<P: DeserializeOwned, T>(
        &self,
        call: &Call,
        most: u32,
        open: impl Fn(P) -> (Vec<T>, Option<String>),
    ) -> Result<(Vec<T>, bool), Failure> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let mut rows = Vec::new();
        let mut cursor = None;
        loop {
            let limit = (most - rows.len()).min(PAGE);
            let page = call.clone().with("limit", Some(limit));
            let (more, next) = open(self.call(&page.with("cursor", cursor)).await?);
            rows.extend(more);
            if next.is_none() || rows.len() >= most {
                return Ok((rows, next.is_some()));
            }
            cursor = next;
        }
    }

    /// Makes a call whose answer holds nothing.
    pub(crate) async fn order(&self, call: &Call) -> Result<(), Failure> {
        call::read(call::accept(self.send(call).await?).await?).await?;
        Ok(())
    }

    /// Makes a call and gives its answer to `take` as it comes.
    pub(crate) async fn copy(
        &self,
        call: &Call,
        mut take: impl FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut body = call::accept(self.send(call).await?).await?.into_body();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| call::broke_off())?;
            if let Some(data) = frame.data_ref() {
                take(data)?;
            }
        }
        Ok(())
    }

    /// Makes a call that is answered by a stream, and gives each of its messages to `each`, until the server ends.
    pub(crate) async fn follow<T: DeserializeOwned>(
        &self,
        call: &Call,
        mut each: impl FnMut(T) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut body = call::accept(self.send(call).await?).await?.into_body();
        let mut text = Vec::new();
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(|_| call::broke_off())?.into_data() else {
                continue;
            };
            text.extend_from_slice(&data);
            while let Some(end) = text.windows(2).position(|two| two == b"\n\n") {
                let message: Vec<u8> = text.drain(..end + 2).collect();
                for line in message.split(|byte| *byte == b'\n') {
                    if let Some(data) = line.strip_prefix(b"data: ") {
                        each(call::message(data)?)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Lets go of the database, if this process owns it.
    pub(crate) async fn close(self) {
        if let Self::Inside { vahti, .. } = self {
            vahti.close().await;
        }
    }
}

fn no_database(database: &Path) -> Failure {
    Failure::cannot_tell(format!(
        "There is no database {} yet. `vahti serve` and `vahti key create` make it; or name the right configuration \
         with `--config FILE`.",
        database.display()
    ))
}

fn silent(database: &Path, pid: Option<u32>) -> Failure {
    let owner = pid.map_or_else(
        || "another process".to_owned(),
        |pid| format!("process {pid}"),
    );
    Failure::cannot_tell(format!(
        "{} is in use by {owner}, which does not answer: it is starting, stopping, or stuck. Try again; `vahti doctor` \
         looks closer.",
        database.display()
    ))
}

fn unanswered(error: &reqwest::Error, call: &Call) -> Failure {
    if error.is_connect() {
        return Failure::cannot_tell("The server has just ended. Nothing was done; try again.");
    }
    if let Some(patience) = call.patience().filter(|_| error.is_timeout()) {
        return Failure::cannot_tell(format!(
            "The server did not answer within {} s. Look whether it was done before you do it again.",
            patience.as_secs()
        ));
    }
    call::broke_off()
}
