//! Supervisors: who may use the console, from when to when, and that an invitation opens one device.

use std::{pin::pin, sync::LazyLock, time::Duration};

use vahti::{
    Caller, Error, INVITED_AT_MOST,
    core::{By, Group, How, SupervisorName},
    store::EventQuery,
};

mod support;

use support::{Scene, leave_before_it_is_told, policy, until};

const HOUR: Duration = Duration::from_secs(3_600);

static ROOT: LazyLock<Caller> = LazyLock::new(|| Caller::named("root", How::Cli));

fn of_groups(groups: &[&str]) -> Caller {
    Caller {
        scope: groups.iter().map(|group| self::group(group)).collect(),
        ..ROOT.clone()
    }
}

fn group(name: &str) -> Group {
    Group::new(name).expect("a group")
}

fn name(name: &str) -> SupervisorName {
    SupervisorName::new(name).expect("a name")
}

fn console() -> By {
    Caller::named("console", How::List).by
}

#[tokio::test]
async fn a_disabled_supervisor_is_refused_at_once_and_after_a_restart() {
    let scene = Scene::new(policy(1)).await;
    let vahti = &scene.vahti;
    let made = vahti.add_supervisor(&ROOT, name("Maija K"), "proof".to_owned(), Vec::new());
    let made = made.await.expect("a supervisor");
    assert_eq!(vahti.supervisor(&made.id).as_deref(), Some(&*made));
    assert_eq!(vahti.supervisor_named("Maija K").as_deref(), Some(&*made));
    let again = vahti.add_supervisor(&ROOT, name("Maija K"), "p".to_owned(), Vec::new());
    let taken = Error::SupervisorNameTaken("Maija K".to_owned());
    assert_eq!(again.await, Err(taken));
    let scene = scene.restart(policy(1)).await;
    let vahti = &scene.vahti;
    assert_eq!(vahti.supervisor(&made.id).as_deref(), Some(&*made));
    let disabled = vahti.disable_supervisor(&ROOT, "Maija K").await;
    disabled.expect("disabled");
    assert_eq!(vahti.supervisor(&made.id), None);
    let unknown = Err(Error::UnknownSupervisor("Maija K".to_owned()));
    assert_eq!(vahti.disable_supervisor(&ROOT, "Maija K").await, unknown);
    let scene = scene.restart(policy(1)).await;
    assert_eq!(scene.vahti.supervisor(&made.id), None);
    let anew = scene
        .vahti
        .add_supervisor(&ROOT, name("Maija K"), "p".to_owned(), Vec::new());
    let anew = anew.await.expect("the name is free again");
    assert_ne!(anew.id, made.id);
}

#[tokio::test]
async fn an_invitation_opens_one_device_and_ends_by_itself() {
    let scene = Scene::new(policy(1)).await;
    let vahti = &scene.vahti;
    let invited = vahti.invite_supervisor(&ROOT, name("Eino"), 12 * HOUR, Vec::new());
    let invited = invited.await.expect("an invitation");
    let id = invited.supervisor.id.clone();
    let whose = vahti.invited(&invited.secret).expect("it is open");
    assert_eq!(whose.name.as_str(), "Eino");
    assert_eq!(vahti.invited("AAAAAAAAAAAAAAAAAAAAAA"), None);
    let tries = (0..8).map(|_| vahti.accept_invitation(console(), &invited.secret));
    let tries = futures::future::join_all(tries).await;
    assert_eq!(tries.iter().filter(|one| one.is_ok()).count(), 1);
    assert_eq!(vahti.invited(&invited.secret), None);
    let scene = scene.restart(policy(1)).await;
    let again = scene.vahti.accept_invitation(console(), &invited.secret);
    assert_eq!(again.await, Err(Error::UnknownInvitation));
    scene.clock.advance(12 * HOUR - Duration::from_millis(1));
    assert!(scene.vahti.supervisor(&id).is_some());
    scene.clock.advance(Duration::from_millis(1));
    assert_eq!(scene.vahti.supervisor(&id), None);
    let query = EventQuery {
        limit: 10,
        ..EventQuery::default()
    };
    let events = scene.vahti.events(&ROOT, query).await.expect("events");
    let said = events.items.iter().map(|one| {
        let said = [Some(one.key.clone()), one.actor.clone(), one.note.clone()];
        (
            one.verb.as_str(),
            said.map(Option::unwrap_or_default).join("|"),
        )
    });
    assert_eq!(
        said.collect::<Vec<_>>(),
        [
            ("supervisor_invite", "root||Eino".to_owned()),
            ("supervisor_accept", "console|Eino|Eino".to_owned()),
        ]
    );
}

#[tokio::test]
async fn nobody_is_invited_for_longer_than_the_most_or_accepts_too_late() {
    let scene = Scene::new(policy(1)).await;
    let vahti = &scene.vahti;
    let invited = vahti.invite_supervisor(&ROOT, name("Eino"), Duration::MAX, Vec::new());
    let invited = invited.await.expect("an invitation");
    scene.clock.advance(INVITED_AT_MOST);
    assert_eq!(vahti.invited(&invited.secret), None);
    let late = vahti.accept_invitation(console(), &invited.secret).await;
    assert_eq!(late, Err(Error::UnknownInvitation));
    let again = vahti.invite_supervisor(&ROOT, name("Eino"), HOUR, Vec::new());
    let again = again.await.expect("the name is free again");
    assert_ne!(again.supervisor.id, invited.supervisor.id);
}

#[tokio::test]
async fn a_caller_of_some_groups_reaches_only_supervisors_of_them() {
    let scene = Scene::new(policy(1)).await;
    let vahti = &scene.vahti;
    let make = async |caller: Caller, who: &str, groups: &[&str]| {
        let groups = groups.iter().map(|one| group(one)).collect();
        let made = vahti.invite_supervisor(&caller, name(who), HOUR, groups);
        made.await.map(drop)
    };
    let exam = of_groups(&["exam"]);
    for beyond in [&[][..], &["staff"], &["exam", "staff"]] {
        let refused = make(exam.clone(), "Eino", beyond).await;
        assert_eq!(refused, Err(Error::OutOfScope), "{beyond:?}");
    }
    make(exam.clone(), "Eino", &["exam"]).await.expect("it");
    make(ROOT.clone(), "Maija", &[]).await.expect("it");
    let seen = vahti.supervisors(&exam).await.expect("a list");
    let seen: Vec<_> = seen.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(seen, ["Eino"]);
    let unknown = Err(Error::UnknownSupervisor("Maija".to_owned()));
    assert_eq!(vahti.disable_supervisor(&exam, "Maija").await, unknown);
    assert!(vahti.supervisor_named("Maija").is_some());
    let disabled = vahti.disable_supervisor(&exam, "Eino").await;
    disabled.expect("its own");
}

#[tokio::test]
async fn a_changed_password_leaves_nothing_of_the_account_that_was_logged_in_also_after_a_restart()
{
    let scene = Scene::new(policy(1)).await;
    let vahti = &scene.vahti;
    let groups = vec![group("exam")];
    let made = vahti.add_supervisor(&ROOT, name("Maija"), "old".to_owned(), groups);
    let made = made.await.expect("a supervisor");
    let change = async |caller: &Caller, proven, proof: &str| {
        let changed = vahti.change_password(caller, "Maija", proven, proof.to_owned());
        changed.await
    };
    let unknown = Err(Error::UnknownSupervisor("Maija".to_owned()));
    assert_eq!(change(&of_groups(&["staff"]), None, "x").await, unknown);
    assert_eq!(vahti.supervisor(&made.id).as_deref(), Some(&*made));
    let own = change(&of_groups(&["exam"]), Some(&*made), "new").await;
    let own = own.expect("changed");
    assert_eq!(own.password.as_deref(), Some("new"));
    assert_eq!((&own.name, &own.groups), (&made.name, &made.groups));
    assert_eq!(vahti.supervisor(&made.id), None);
    assert_eq!(vahti.supervisor(&own.id).as_deref(), Some(&*own));
    let stale = change(&ROOT, Some(&*made), "later").await;
    assert_eq!(stale, unknown, "what was proven does not hold any more");
    let scene = scene.restart(policy(1)).await;
    assert_eq!(scene.vahti.supervisor(&made.id), None);
    assert_eq!(scene.vahti.supervisor_named("Maija"), Some(own));
}

#[tokio::test]
async fn whoever_was_invited_has_no_password_to_change() {
    let scene = Scene::new(policy(1)).await;
    let vahti = &scene.vahti;
    let invited = vahti.invite_supervisor(&ROOT, name("Eino"), HOUR, Vec::new());
    let invited = invited.await.expect("an invitation").supervisor;
    let changed = vahti.change_password(&ROOT, "Eino", None, "p".to_owned());
    assert_eq!(changed.await, Err(Error::NoPassword("Eino".to_owned())));
    assert_eq!(vahti.supervisor(&invited.id), Some(invited));
}

#[tokio::test]
async fn a_change_that_was_cut_off_leaves_the_old_password_to_nobody_and_can_be_done_again() {
    let scene = Scene::new(policy(1)).await;
    let vahti = &scene.vahti;
    let made = vahti.add_supervisor(&ROOT, name("Maija"), "old".to_owned(), Vec::new());
    let made = made.await.expect("a supervisor");
    let change = || vahti.change_password(&ROOT, "Maija", None, "new".to_owned());
    {
        let mut changing = pin!(change());
        // Until it waits for the commit, which is after the old account was forgotten.
        while vahti.supervisor(&made.id).is_some() {
            assert!(futures::poll!(changing.as_mut()).is_pending());
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(vahti.supervisor(&made.id), None);
    let again = change().await.expect("it is changed");
    assert_eq!(vahti.supervisor_named("Maija"), Some(again));
}

#[tokio::test]
async fn a_disabling_that_was_cut_off_lets_nobody_go_on_and_can_be_done_again() {
    let scene = Scene::new(policy(1)).await;
    let vahti = &scene.vahti;
    let made = vahti.add_supervisor(&ROOT, name("Maija"), "p".to_owned(), Vec::new());
    let made = made.await.expect("a supervisor");
    {
        let mut disabling = pin!(vahti.disable_supervisor(&ROOT, "Maija"));
        let cut = futures::poll!(disabling.as_mut());
        assert!(cut.is_pending() || matches!(cut, std::task::Poll::Ready(Ok(()))));
    }
    assert_eq!(vahti.supervisor(&made.id), None);
    let again = vahti.disable_supervisor(&ROOT, "Maija").await;
    let unknown = Err(Error::UnknownSupervisor("Maija".to_owned()));
    assert!(again.is_ok() || again == unknown, "{again:?}");
}

#[tokio::test]
async fn a_supervisor_whose_maker_left_can_log_in_without_a_restart() {
    let scene = Scene::new(policy(1)).await;
    let vahti = &scene.vahti;
    let adding = vahti.add_supervisor(&ROOT, name("Maija K"), "proof".to_owned(), Vec::new());
    let is_made = async || !vahti.supervisors(&ROOT).await.expect("a list").is_empty();
    leave_before_it_is_told(adding, is_made).await;
    until(|| vahti.supervisor_named("Maija K").is_some()).await;
}
