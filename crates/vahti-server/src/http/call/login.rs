//! `POST /v1/login`: a host application has logged a user in.

use vahti::LoginRequest;
use vahti_client as wire;
use vahti_core::{Group, Profile, SessionId, UserId};

use crate::http::{
    answer::Created,
    door::AppKey,
    problem::Refused,
    request::{Body, IdempotencyKey, Readable, Said, Wrong},
    text,
    wire::session,
};

/// Records a login. The answer's token is shown this once; `set_cookie` goes to the browser as it is.
#[utoipa::path(post, path = "/v1/login", operation_id = "login", request_body = wire::LoginRequest,
    params(("Idempotency-Key" = Option<String>, Header, pattern = "^[!-~]{1,128}$", description = "A repeat for the same user within ten minutes takes the place of the first login and gets a new token. 1 to 128 visible ASCII characters.")),
    responses((status = 201, description = "The login is recorded", body = wire::LoginResponse)))]
pub(in crate::http) async fn login(
    key: AppKey,
    IdempotencyKey(idempotency_key): IdempotencyKey,
    Body(said): Body<wire::LoginRequest>,
) -> Result<Created<wire::LoginResponse>, Refused> {
    let request = LoginRequest {
        idempotency_key,
        ..said.command
    };
    let (user, caller) = (request.user.clone(), key.caller(said.actor, None));
    key.count_login(&user)?;
    let logged_in = key.ask(Some(user.as_str()), key.vahti().login(&caller, request));
    Ok(Created(match logged_in.await? {
        None => untracked(),
        Some(new) => wire::LoginResponse {
            set_cookie: Some(key.set_cookie(&new.token)),
            session: Some(session(new.record)),
            token: Some(new.token),
            active: Some(new.active),
            limit: Some(new.limit),
            tracked: true,
        },
    }))
}

fn untracked() -> wire::LoginResponse {
    wire::LoginResponse {
        session: None,
        token: None,
        set_cookie: None,
        active: None,
        limit: None,
        tracked: false,
    }
}

impl Readable for wire::LoginRequest {
    type Request = Said<LoginRequest>;

    fn read(self, wrong: &mut Wrong) -> Option<Self::Request> {
        let user = wrong.take("user", UserId::new(&self.user));
        let session_id = wrong.perhaps("session_id", self.session_id, |id| SessionId::new(&id));
        let name = wrong.person("name", self.name);
        let email = wrong.person("email", self.email);
        let number = wrong.person("number", self.number);
        let place = wrong.person("place", self.place);
        let groups = wrong.each("groups", &self.groups, |group| Group::new(group));
        let actor = wrong.person("actor", self.actor);
        let command = LoginRequest {
            user: user?,
            session_id: session_id?,
            profile: Profile {
                name: name?,
                email: email?,
                number: number?,
                groups: groups?,
            },
            place: place?,
            origin: self.origin.and_then(text::origin),
            replaces: self.replaces,
            idempotency_key: None,
        };
        Some(Said {
            command,
            actor: actor?,
            reason: None,
        })
    }
}
