//! From what the host holds to what goes over the wire.

use vahti_client as wire;
use vahti_core::{Account, Explanation, Policy, SessionId, Timestamp};
use vahti_store::{ApiKey, ChainReport, EventRecord, SessionRecord, Supervisor};

/// A session.
pub(super) fn session(record: SessionRecord) -> wire::Session {
    let SessionRecord {
        user,
        profile,
        session,
    } = record;
    wire::Session {
        id: session.id.to_string(),
        user: user.to_string(),
        name: profile.name,
        number: profile.number,
        place: session.login.place,
        app: session.login.app,
        state: session.state.as_str().to_owned(),
        reason: session.state.reason().map(str::to_owned),
        logged_in_at: session.login.at.into(),
        expired_at: session.expired_at.map(Into::into),
        last_seen_at: session.last_seen.at.into(),
        origin: session.login.origin,
        groups: profile.groups.iter().map(ToString::to_string).collect(),
        home: session.login.home,
    }
}

/// Ids of sessions.
pub(super) fn ids(ids: &[SessionId]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

/// How a user stands, with the sessions that are open at `now`.
pub(super) fn explanation(
    facts: Explanation,
    account: Account,
    policy: &Policy,
    now: Timestamp,
) -> wire::Explanation {
    let Account {
        user,
        profile,
        sessions,
        ..
    } = account;
    let open = sessions
        .into_iter()
        .filter(|session| session.is_open() && session.overdue(policy, now).is_none());
    let record = |session| SessionRecord {
        user: user.clone(),
        profile: profile.clone(),
        session,
    };
    wire::Explanation {
        user: user.to_string(),
        sentence: facts.sentence,
        active: facts.active,
        held: facts.held,
        limit: facts.limit,
        bypassed: facts.bypassed,
        frozen: facts.frozen,
        logins_held: facts.logins_held,
        sessions: open.map(record).map(session).collect(),
    }
}

/// One line of the record.
pub(super) fn event(event: EventRecord) -> wire::Event {
    wire::Event {
        sequence: event.sequence,
        at: event.at.into(),
        user: event.user,
        erased: event.erased,
        session_id: event.session,
        verb: event.verb,
        state: event.state,
        reason: event.reason,
        remark: event.remark,
        key: event.key,
        actor: event.actor,
        how: event.how,
        note: event.note,
        origin: event.origin,
        limit: event.limit,
        policy: event.policy,
        hash: event
            .hash
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect(),
    }
}

/// What a walk along the chains found.
pub(super) fn chain(report: ChainReport) -> wire::Chain {
    let fault = report.fault.map(|fault| wire::ChainFault {
        sequence: fault.sequence,
        user: fault.user,
        what: fault.what,
    });
    // A broken chain says more than a number that is missing.
    let fault = fault.or(report.gap.map(missing_before));
    wire::Chain {
        whole: fault.is_none(),
        events: report.events,
        chains: report.chains,
        fault,
    }
}

/// Events that are gone with their whole chains.
fn missing_before(sequence: i64) -> wire::ChainFault {
    wire::ChainFault {
        sequence,
        user: None,
        what: "Numbers are missing before this event, and all events that are there are as they were written. Somebody has deleted \
               a person with everything about them; or the disk was full under an early version, which passed numbers over then."
            .to_owned(),
    }
}

/// A supervisor; never what proves them. Who is no longer valid has no invitation either.
pub(super) fn supervisor(supervisor: &Supervisor, now: Timestamp) -> wire::Supervisor {
    wire::Supervisor {
        is_invited: supervisor.invitation.is_some() && supervisor.is_valid(now),
        has_password: supervisor.password.is_some(),
        name: supervisor.name.to_string(),
        groups: supervisor.groups.iter().map(ToString::to_string).collect(),
        created_at: supervisor.created_at.into(),
        expires_at: supervisor.expires_at.map(Into::into),
        disabled_at: supervisor.disabled_at.map(Into::into),
    }
}

/// A key; never its text.
pub(super) fn key(key: ApiKey) -> wire::Key {
    wire::Key {
        name: key.name,
        role: key.role,
        groups: key.groups.iter().map(ToString::to_string).collect(),
        created_at: key.created_at.into(),
        revoked_at: key.revoked_at.map(Into::into),
    }
}
