//! `/v1/keys`: who may call. A key that is limited to groups hands out, shows and revokes only keys that are limited to
//! some of them: otherwise it could make itself one without limits.

use vahti_client as wire;
use vahti_core::{Group, Role};

use crate::http::{
    answer::{Answer, Created, Done},
    door::AdminKey,
    problem::Refused,
    request::{Body, Located, Place, Readable, Wrong},
    text,
    wire::key as key_of,
};

/// Lists every key, also the revoked ones; never their texts.
#[utoipa::path(get, path = "/v1/keys", operation_id = "keys",
    responses((status = 200, description = "The keys, by name", body = wire::KeysResponse)))]
pub(in crate::http) async fn list(key: AdminKey) -> Result<Answer<wire::KeysResponse>, Refused> {
    let caller = key.reader();
    let keys = key.ask(None, key.vahti().keys(&caller)).await?;
    Ok(Answer(wire::KeysResponse {
        keys: keys.into_iter().map(key_of).collect(),
    }))
}

/// Makes a key; its text is shown this once.
#[utoipa::path(post, path = "/v1/keys", operation_id = "create_key", request_body = wire::CreateKeyRequest,
    responses((status = 201, description = "The key", body = wire::CreatedKey)))]
pub(in crate::http) async fn create(
    key: AdminKey,
    Body(new): Body<wire::CreateKeyRequest>,
) -> Result<Created<wire::CreatedKey>, Refused> {
    let (KeyName(name), caller) = (new.name, key.reader());
    let text = key.vahti().create_key(&caller, &name, new.role, new.groups);
    let text = key.ask(None, text).await?;
    Ok(Created(wire::CreatedKey { name, key: text }))
}

/// Revokes a key: it is refused from the next request on.
#[utoipa::path(delete, path = "/v1/keys/{name}", operation_id = "revoke_key",
    params(("name" = String, Path, description = "The name of the key")),
    responses((status = 204, description = "The key is revoked")))]
pub(in crate::http) async fn revoke(
    key: AdminKey,
    Located(KeyName(name)): Located<KeyName>,
) -> Result<Done, Refused> {
    let caller = key.reader();
    key.ask(None, key.vahti().revoke_key(&caller, &name))
        .await?;
    Ok(Done)
}

/// A key that is to be made.
pub(in crate::http) struct NewKey {
    name: KeyName,
    role: Role,
    groups: Vec<Group>,
}

impl Readable for wire::CreateKeyRequest {
    type Request = NewKey;

    fn read(self, wrong: &mut Wrong) -> Option<NewKey> {
        let name = wrong.take("name", KeyName::read(&self.name));
        let groups = wrong.each("groups", &self.groups, |group| Group::new(group));
        Some(NewKey {
            name: name?,
            role: self.role,
            groups: groups?,
        })
    }
}

/// The name of a key: it stands in addresses, in logs and in the record.
pub(in crate::http) struct KeyName(String);

impl Place for KeyName {
    const NAME: &'static str = "name";

    fn read(text: &str) -> Result<Self, String> {
        let right = |byte: u8| byte.is_ascii_alphanumeric() || b"_.:@/-".contains(&byte);
        if (1..=64).contains(&text.len()) && text.bytes().all(right) {
            return Ok(Self(text.to_owned()));
        }
        Err(format!(
            "`{}` cannot be the name of a key: letters, digits and `_ . : @ / -`, at most 64.",
            text::shown(text)
        ))
    }
}
