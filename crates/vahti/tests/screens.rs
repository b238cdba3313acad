//! What a waiting screen shows, and what a supervisor does with it.

mod support;

use std::time::Duration;

use support::{
    MINUTE, Scene, app, id, leave_before_it_is_told, log_in, policy, supervisor, until, user,
};
use vahti::{
    BadChallenge, Caller, Error, LoginRequest, OpenedChallenge, VerifyRequest,
    core::{How, OnLimit, Policy, Refusal, State, UserId, Window, decide::Undo},
    store::EventQuery,
};

const WINDOW: Duration = Duration::from_secs(30);
/// How long a test waits for what has to come.
const PATIENCE: Duration = Duration::from_secs(20);

async fn log_in_as(scene: &Scene, name: &str, session: &str) -> String {
    let request = LoginRequest {
        session_id: Some(id(session)),
        ..LoginRequest::of(user(name))
    };
    let made = scene.vahti.login(&app(), request).await.expect("a login");
    made.expect("tracked").token
}

/// Aino is active at home, and her seat waits.
async fn a_waiting_seat() -> (Scene, String) {
    let scene = Scene::new(policy(1)).await;
    log_in_as(&scene, "aino", "home").await;
    let token = log_in_as(&scene, "aino", "seat-17").await;
    (scene, token)
}

fn text(scene: &Scene) -> String {
    let shown = scene.vahti.challenge(&id("seat-17"));
    shown.expect("a challenge").text
}

/// The account of a supervisor.
fn maija() -> UserId {
    user("maija")
}

async fn open(scene: &Scene, text: &str) -> Result<OpenedChallenge, BadChallenge> {
    scene.vahti.open_challenge(text, Some(&maija())).await
}

async fn let_in(scene: &Scene, window: Window) -> Result<(), Error> {
    let request = VerifyRequest {
        challenge: Some(window),
        ..VerifyRequest::of(user("aino"), id("seat-17"))
    };
    let verified = scene.vahti.verify(&supervisor(), request).await;
    verified.map(drop)
}

fn used() -> Option<BadChallenge> {
    Some(BadChallenge::Used(user("aino"), id("seat-17")))
}

#[tokio::test]
async fn only_a_session_that_waits_has_a_challenge() {
    let (scene, _) = a_waiting_seat().await;
    assert_eq!(scene.vahti.challenge(&id("home")), None);
    assert_eq!(scene.vahti.challenge(&id("nobody")), None);
    let opened = open(&scene, &text(&scene)).await.expect("right");
    assert_eq!((opened.user, opened.session), (user("aino"), id("seat-17")));
}

#[tokio::test]
async fn a_challenge_opens_in_its_window_and_the_three_after_it() {
    let (scene, _) = a_waiting_seat().await;
    let shown = text(&scene);
    for _ in 0..3 {
        open(&scene, &shown).await.expect("right");
        scene.clock.advance(WINDOW);
    }
    open(&scene, &shown).await.expect("right");
    scene.clock.advance(WINDOW);
    let too_old = BadChallenge::TooOld(user("aino"), id("seat-17"));
    assert_eq!(open(&scene, &shown).await.err(), Some(too_old));
}

#[tokio::test]
async fn what_this_host_never_showed_opens_nothing() {
    let (scene, _) = a_waiting_seat().await;
    let elsewhere = Scene::new(policy(1)).await;
    log_in(&elsewhere.vahti, "aino").await;
    let right = text(&scene);
    let cut = &right[..right.len() - 1];
    let of_another = right.replace("seat-17", "home");
    for text in [cut, &of_another, "", "seat-17", "aino#seat-17", "seat-17."] {
        let bad = open(&scene, text).await.err();
        assert_eq!(bad, Some(BadChallenge::NotOurs), "{text}");
    }
    let bad = open(&elsewhere, &right).await.err();
    assert_eq!(bad, Some(BadChallenge::NotOurs));
}

#[tokio::test]
async fn a_challenge_dies_with_its_session() {
    let (scene, token) = a_waiting_seat().await;
    let shown = text(&scene);
    let end = vahti::EndRequest::Token(token);
    let reason = vahti::core::EndReason::LoggedOut;
    scene.vahti.end(&app(), end, reason).await.expect("it ends");
    let ended = BadChallenge::Ended(user("aino"), id("seat-17"));
    assert_eq!(open(&scene, &shown).await.err(), Some(ended));
}

#[tokio::test]
async fn a_thousand_redeems_of_one_challenge_at_once_have_one_success() {
    let (scene, _) = a_waiting_seat().await;
    let shown = text(&scene);
    let opened = open(&scene, &shown).await.expect("right");
    let tries = (0..1_000).map(|_| let_in(&scene, opened.window));
    let outcomes = futures::future::join_all(tries).await;
    let successes = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(successes, 1);
    let refusal = Error::Refused(Refusal::ChallengeUsed(id("seat-17")));
    let refused = outcomes
        .iter()
        .filter(|outcome| **outcome == Err(refusal.clone()));
    assert_eq!(refused.count(), 999);
    assert_eq!(open(&scene, &shown).await.err(), used());
}

#[tokio::test]
async fn a_used_challenge_stays_used_after_a_restart() {
    let (scene, _) = a_waiting_seat().await;
    let opened = open(&scene, &text(&scene)).await.expect("right");
    let_in(&scene, opened.window).await.expect("let in");
    let home = VerifyRequest::of(user("aino"), id("home"));
    scene
        .vahti
        .verify(&supervisor(), home)
        .await
        .expect("home again");
    let shown = text(&scene);
    let scene = scene.restart(policy(1)).await;
    assert_eq!(open(&scene, &shown).await.err(), used());
    scene.clock.advance(WINDOW);
    let later = open(&scene, &text(&scene)).await.expect("a newer one");
    let_in(&scene, later.window).await.expect("let in again");
}

#[tokio::test]
async fn what_was_opened_may_be_confirmed_for_five_minutes() {
    let (scene, _) = a_waiting_seat().await;
    let opened = open(&scene, &text(&scene)).await.expect("right");
    scene.clock.advance(5 * MINUTE - Duration::from_millis(1));
    let confirmed = scene.vahti.confirmed(&opened.confirmation, &maija());
    assert_eq!(
        confirmed,
        Some((user("aino"), id("seat-17"), opened.window))
    );
    scene.clock.advance(Duration::from_millis(1));
    let late = scene.vahti.confirmed(&opened.confirmation, &maija());
    assert_eq!(late, None);
    assert_eq!(
        scene.vahti.confirmed(&text(&scene), &maija()),
        None,
        "no confirmation"
    );
}

#[tokio::test]
async fn what_a_browser_kept_is_confirmed_by_whoever_logs_in_there_and_lasts_no_longer() {
    let (scene, _) = a_waiting_seat().await;
    let shown = text(&scene);
    let opened = scene.vahti.open_challenge(&shown, None).await;
    let kept = opened.expect("right").confirmation;
    assert_eq!(scene.vahti.confirmed(&kept, &maija()), None, "nobody's yet");
    scene.clock.advance(5 * MINUTE - Duration::from_millis(1));
    let (session, own) = scene.vahti.hand_over(&kept, &maija()).expect("in time");
    assert_eq!(session, id("seat-17"));
    assert!(scene.vahti.confirmed(&own, &maija()).is_some());
    assert_eq!(
        scene.vahti.confirmed(&own, &user("olli")),
        None,
        "another's"
    );
    assert_eq!(scene.vahti.hand_over(&own, &user("olli")), None);
    scene.clock.advance(Duration::from_millis(1));
    assert_eq!(scene.vahti.confirmed(&own, &maija()), None, "no longer");
    assert_eq!(scene.vahti.hand_over(&kept, &maija()), None);
}

#[tokio::test]
async fn a_confirmation_dies_with_its_session() {
    let (scene, token) = a_waiting_seat().await;
    let opened = open(&scene, &text(&scene)).await.expect("right");
    let end = vahti::EndRequest::Token(token);
    let reason = vahti::core::EndReason::LoggedOut;
    scene.vahti.end(&app(), end, reason).await.expect("it ends");
    assert_eq!(scene.vahti.confirmed(&opened.confirmation, &maija()), None);
}

#[tokio::test]
async fn a_short_code_leads_to_its_screen_and_changes_nothing() {
    let (scene, _) = a_waiting_seat().await;
    let shown = scene.vahti.short_code(&id("seat-17")).expect("a code");
    assert_eq!(scene.vahti.screen_of(shown.code), Some(id("seat-17")));
    let session = scene.vahti.session(&supervisor(), &id("seat-17")).await;
    assert!(session.expect("it").session.state.is_held());
}

#[tokio::test]
async fn a_look_wakes_the_screen_and_gives_both_the_same_sign() {
    let (scene, _) = a_waiting_seat().await;
    let woken = scene.vahti.recorded();
    assert_eq!(scene.vahti.sign(&id("seat-17")), None);
    let sign = scene.vahti.look(&id("seat-17")).expect("a sign");
    let woken = tokio::time::timeout(PATIENCE, woken).await;
    woken.expect("it is woken");
    assert_eq!(scene.vahti.sign(&id("seat-17")), Some(sign));
}

#[tokio::test]
async fn an_undo_brings_back_who_was_active_before() {
    let (scene, _) = a_waiting_seat().await;
    let seat = VerifyRequest::of(user("aino"), id("seat-17"));
    scene
        .vahti
        .verify(&supervisor(), seat)
        .await
        .expect("let in");
    let of = scene.vahti.undoable(&supervisor(), &user("aino")).await;
    let of = of.expect("an answer").expect("something to take back");
    let alarm = Some(id("seat-17"));
    let undo = Undo { of, alarm };
    let undone = scene
        .vahti
        .undo(&supervisor(), &user("aino"), undo.clone())
        .await;
    let undone = undone.expect("taken back");
    assert_eq!(undone.active, [id("home")]);
    assert_eq!(undone.waiting, [id("seat-17")]);
    scene.clock.advance(MINUTE);
    let again = scene.vahti.undo(&supervisor(), &user("aino"), undo).await;
    assert_eq!(again.err(), Some(Error::Refused(Refusal::NothingToUndo)));
}

#[tokio::test]
async fn a_message_outlives_a_restart_and_is_said_by_whoever_may_act_on_everybody() {
    let (scene, _) = a_waiting_seat().await;
    let say = async |scene: &Scene, caller: &Caller, text: Option<&str>| {
        scene.vahti.say(caller, text.map(str::to_owned)).await
    };
    let scoped = Caller {
        scope: vec![vahti::core::Group::new("exam").expect("a group")],
        ..supervisor()
    };
    let refused = say(&scene, &scoped, Some("no")).await;
    assert_eq!(refused, Err(Error::OutOfScope));
    say(&scene, &supervisor(), Some("We begin at ten."))
        .await
        .expect("said");
    let scene = scene.restart(policy(1)).await;
    assert_eq!(scene.vahti.message().as_deref(), Some("We begin at ten."));
    say(&scene, &supervisor(), None).await.expect("taken away");
    assert_eq!(scene.vahti.message(), None);
    let scene = scene.restart(policy(1)).await;
    assert_eq!(scene.vahti.message(), None);
}

#[tokio::test]
async fn a_message_whose_sayer_left_is_read_by_those_who_wait() {
    let scene = Scene::new(policy(1)).await;
    let vahti = &scene.vahti;
    let is_said = async || {
        let query = EventQuery {
            limit: 1,
            ..EventQuery::default()
        };
        let page = vahti.events(&supervisor(), query).await;
        !page.expect("events").items.is_empty()
    };
    let saying = supervisor();
    let saying = vahti.say(&saying, Some("We begin at ten.".to_owned()));
    leave_before_it_is_told(saying, is_said).await;
    until(|| vahti.message().is_some()).await;
}

#[tokio::test]
async fn whoever_is_woken_by_a_message_finds_it() {
    let (scene, _) = a_waiting_seat().await;
    let follow = async {
        loop {
            let woken = scene.vahti.recorded();
            if scene.vahti.message().is_some() {
                return;
            }
            woken.await;
        }
    };
    let supervisor = supervisor();
    let say = scene.vahti.say(&supervisor, Some("We begin.".to_owned()));
    let (followed, said) = tokio::join!(tokio::time::timeout(PATIENCE, follow), say);
    said.expect("said");
    followed.expect("it is woken once the message is there");
}

fn asking() -> Policy {
    Policy {
        on_limit: OnLimit::Ask,
        ..policy(1)
    }
}

#[tokio::test]
async fn a_user_chooses_which_of_their_own_goes_on() {
    let scene = Scene::new(asking()).await;
    let home = log_in_as(&scene, "aino", "home").await;
    let seat = log_in_as(&scene, "aino", "seat-17").await;
    let other = log_in_as(&scene, "onni", "other").await;
    let others = scene.vahti.others(&seat).await.expect("a list");
    let ids: Vec<_> = others.into_iter().map(|session| session.id).collect();
    assert_eq!(ids, [id("home")]);
    let page = Caller::named("page", How::Api);
    let foreign = scene.vahti.choose(&page, &seat, Some(id("other"))).await;
    let unknown = Error::Refused(Refusal::UnknownSession(id("other")));
    assert_eq!(foreign.err(), Some(unknown));
    let chosen = scene.vahti.choose(&page, &seat, Some(id("home"))).await;
    assert_eq!(chosen.expect("chosen").session.state, State::Active);
    assert_eq!(scene.verdict(&seat).await.0, "allow");
    assert_eq!(scene.verdict(&home).await, ("deny", "chosen"));
    assert_eq!(scene.verdict(&other).await.0, "allow");
    let forged = scene.vahti.choose(&page, "seat-17.AAAA", None).await;
    assert_eq!(forged.err(), Some(Error::UnknownToken));
}
