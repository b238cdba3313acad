//! `GET /v1/users/{user}/explanation`: why a user waits or not, and what would let them in.

use vahti_client as wire;
use vahti_core::UserId;

use crate::http::{
    answer::Answer, door::ReaderKey, problem::Refused, request::Located, wire::explanation,
};

/// Explains how a user stands, in a sentence for people and as data.
#[utoipa::path(get, path = "/v1/users/{user}/explanation", operation_id = "explanation",
    params(("user" = String, Path, min_length = 1, max_length = 256, example = "aino", description = "The name of the user")),
    responses((status = 200, description = "How the user stands", body = wire::Explanation)))]
pub(in crate::http) async fn explain(
    key: ReaderKey,
    Located(user): Located<UserId>,
) -> Result<Answer<wire::Explanation>, Refused> {
    let caller = key.reader();
    let explained = key.vahti().explain(&caller, &user);
    let (facts, account) = key.ask(Some(user.as_str()), explained).await?;
    Ok(Answer(explanation(
        facts,
        account,
        key.vahti().policy(),
        key.vahti().now(),
    )))
}
