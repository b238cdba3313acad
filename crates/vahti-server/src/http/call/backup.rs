//! `POST /v1/backup`: a copy of the whole database.

use core::time::Duration;
use std::{fs::File, io::Read as _};

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use futures::stream;

use crate::http::{answer, door::AdminKey, problem::Refused};

/// How long the making of a copy may take.
const PATIENCE: Duration = Duration::from_secs(3600);
/// Bytes that are read at a time.
const PART: usize = 256 * 1024;

const DATABASE: HeaderValue = HeaderValue::from_static("application/vnd.sqlite3");

/// Gives out a copy of the whole database as it is at one moment, for `vahti restore`. It holds what is known of everybody, and
/// of keys and tokens only hashes. A key that is limited to groups gets none. That a copy was taken is recorded.
#[utoipa::path(post, path = "/v1/backup", operation_id = "backup",
    responses((status = 200, description = "The copy, an SQLite database", body = Vec<u8>,
        content_type = "application/vnd.sqlite3")))]
pub(in crate::http) async fn backup(key: AdminKey) -> Result<Response, Refused> {
    if !key.scope().is_empty() {
        return Err(key.refusal(None, vahti::Error::OutOfScope));
    }
    let caller = key.reader();
    let copy = key.ask_long(PATIENCE, key.vahti().backup(&caller)).await?;
    let length = copy.metadata().map(|data| data.len());
    let mut response = answer::respond(StatusCode::OK, DATABASE, parts(copy));
    if let Ok(length) = length {
        response
            .headers_mut()
            .insert(header::CONTENT_LENGTH, length.into());
    }
    Ok(response)
}

/// The file, part by part, read where it may block.
fn parts(file: File) -> Body {
    Body::from_stream(stream::try_unfold(file, async |mut file| {
        let read = tokio::task::spawn_blocking(move || {
            let mut part = vec![0; PART];
            let length = file.read(&mut part)?;
            part.truncate(length);
            Ok::<_, std::io::Error>((Bytes::from(part), file))
        });
        let (part, file) = read.await??;
        Ok::<_, std::io::Error>((!part.is_empty()).then_some((part, file)))
    }))
}
