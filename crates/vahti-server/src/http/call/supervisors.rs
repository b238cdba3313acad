//! `/v1/supervisors` and `/v1/invitations`: who may use the console. As with keys, an administrator of some groups reaches only
//! supervisors of some of them.

use core::time::Duration;

use vahti::INVITED_AT_MOST;
use vahti_client as wire;
use vahti_core::{Group, SupervisorName};

use crate::{
    console::Password,
    http::{
        answer::{Answer, Created, Done},
        door::AdminKey,
        problem::Refused,
        request::{Body, Located, Place, Readable, Wrong},
        text,
        wire::supervisor,
    },
};

/// For how long somebody is invited if nobody says.
const A_DAY_OF_WORK: Duration = Duration::from_secs(12 * 3600);

/// Lists every supervisor, also those who were disabled; never their passwords.
#[utoipa::path(get, path = "/v1/supervisors", operation_id = "supervisors",
    responses((status = 200, description = "The supervisors, by name", body = wire::SupervisorsResponse)))]
pub(in crate::http) async fn list(
    key: AdminKey,
) -> Result<Answer<wire::SupervisorsResponse>, Refused> {
    let (caller, now) = (key.reader(), key.vahti().now());
    let all = key.ask(None, key.vahti().supervisors(&caller)).await?;
    let all = all.into_iter().map(|one| supervisor(&one, now));
    Ok(Answer(wire::SupervisorsResponse {
        supervisors: all.collect(),
    }))
}

/// Makes an account with a password.
#[utoipa::path(post, path = "/v1/supervisors", operation_id = "create_supervisor",
    request_body = wire::CreateSupervisorRequest,
    responses((status = 201, description = "The account", body = wire::CreatedSupervisor)))]
pub(in crate::http) async fn create(
    key: AdminKey,
    Body(new): Body<wire::CreateSupervisorRequest>,
) -> Result<Created<wire::CreatedSupervisor>, Refused> {
    let (proof, password) = prove(&key, new.password).await?;
    let caller = key.reader();
    let made = key
        .vahti()
        .add_supervisor(&caller, new.name, proof, new.groups);
    let made = key.ask(None, made).await?;
    Ok(Created(wire::CreatedSupervisor {
        name: made.name.to_string(),
        password,
    }))
}

/// Gives an account another password: all its logins end at once.
#[utoipa::path(post, path = "/v1/supervisors/{name}/password", operation_id = "change_password",
    params(("name" = String, Path, description = "The name of the supervisor")),
    request_body = wire::ChangePasswordRequest,
    responses((status = 200, description = "The password is changed", body = wire::ChangedPassword)))]
pub(in crate::http) async fn change_password(
    key: AdminKey,
    Located(name): Located<SupervisorName>,
    Body(password): Body<wire::ChangePasswordRequest>,
) -> Result<Answer<wire::ChangedPassword>, Refused> {
    let (proof, password) = prove(&key, password).await?;
    let caller = key.reader();
    let changed = key
        .vahti()
        .change_password(&caller, name.as_str(), None, proof);
    let changed = key.ask(None, changed).await?;
    Ok(Answer(wire::ChangedPassword {
        name: changed.name.to_string(),
        password,
    }))
}

/// What proves this password, or a new one, which is told with it.
async fn prove(
    key: &AdminKey,
    password: Option<Password>,
) -> Result<(String, Option<String>), Refused> {
    let is_fresh = password.is_none();
    let password = password.map_or_else(Password::fresh, Ok);
    let password = password.map_err(|error| key.refusal(None, error))?;
    let proof = key.app().console().passwords.prove(&password);
    let proof = key.ask(None, proof).await?;
    Ok((proof, is_fresh.then(|| password.into_text())))
}

/// Invites somebody for a while: the link logs one browser in, once, without a password.
#[utoipa::path(post, path = "/v1/invitations", operation_id = "invite_supervisor",
    request_body = wire::InviteRequest,
    responses((status = 201, description = "The invitation", body = wire::Invitation)))]
pub(in crate::http) async fn invite(
    key: AdminKey,
    Body(new): Body<wire::InviteRequest>,
) -> Result<Created<wire::Invitation>, Refused> {
    let caller = key.reader();
    let invited = key
        .vahti()
        .invite_supervisor(&caller, new.name, new.length, new.groups);
    let invited = key.ask(None, invited).await?;
    let until = invited.supervisor.expires_at.unwrap_or(key.vahti().now());
    Ok(Created(wire::Invitation {
        name: invited.supervisor.name.to_string(),
        url: key.app().sites().public().invitation(&invited.secret),
        expires_at: until.into(),
    }))
}

/// Disables an account: it is refused from the next request on, whatever logins it has.
#[utoipa::path(delete, path = "/v1/supervisors/{name}", operation_id = "disable_supervisor",
    params(("name" = String, Path, description = "The name of the supervisor")),
    responses((status = 204, description = "The account is disabled")))]
pub(in crate::http) async fn disable(
    key: AdminKey,
    Located(name): Located<SupervisorName>,
) -> Result<Done, Refused> {
    let caller = key.reader();
    let disabled = key.vahti().disable_supervisor(&caller, name.as_str());
    key.ask(None, disabled).await?;
    Ok(Done)
}

impl Place for SupervisorName {
    const NAME: &'static str = "name";

    fn read(text: &str) -> Result<Self, String> {
        Self::new(text).map_err(|wrong| wrong.to_string())
    }
}

/// An account that is to be made.
pub(in crate::http) struct NewSupervisor {
    name: SupervisorName,
    password: Option<Password>,
    groups: Vec<Group>,
}

impl Readable for wire::CreateSupervisorRequest {
    type Request = NewSupervisor;

    fn read(self, wrong: &mut Wrong) -> Option<NewSupervisor> {
        let name = wrong.take("name", SupervisorName::new(&self.name));
        let password = wrong.perhaps("password", self.password, Password::new);
        let groups = wrong.each("groups", &self.groups, |group| Group::new(group));
        Some(NewSupervisor {
            name: name?,
            password: password?,
            groups: groups?,
        })
    }
}

impl Readable for wire::ChangePasswordRequest {
    type Request = Option<Password>;

    fn read(self, wrong: &mut Wrong) -> Option<Option<Password>> {
        wrong.perhaps("password", self.password, Password::new)
    }
}

/// Somebody who is to be invited.
pub(in crate::http) struct NewInvitation {
    name: SupervisorName,
    length: Duration,
    groups: Vec<Group>,
}

impl Readable for wire::InviteRequest {
    type Request = NewInvitation;

    fn read(self, wrong: &mut Wrong) -> Option<NewInvitation> {
        let name = wrong.take("name", SupervisorName::new(&self.name));
        let length = wrong.perhaps("length", self.length, |text| length(&text));
        let groups = wrong.each("groups", &self.groups, |group| Group::new(group));
        Some(NewInvitation {
            name: name?,
            length: length?.unwrap_or(A_DAY_OF_WORK),
            groups: groups?,
        })
    }
}

fn length(text: &str) -> Result<Duration, String> {
    let allowed = Duration::from_secs(60)..=INVITED_AT_MOST;
    let in_words = "from a minute to seven days with its unit, like `12h`";
    text::duration(text, allowed, in_words)
}
