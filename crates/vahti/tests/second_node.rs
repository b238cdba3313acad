//! Several nodes on one database: a second node on the memory store shows that the seams carry it.

mod support;

use std::sync::Arc;

use vahti::{
    Index, InvalidateRequest, LoginRequest, Question, Vahti,
    core::{Group, LastSeen, Policy, State, Timestamp},
    store::{Clock, Store, StoreError, Witness, memory::MemoryStore},
};

use support::{app, clock, supervisor, user};

/// Two nodes on the same data.
async fn two_nodes() -> (Vahti, Vahti, MemoryStore) {
    let policy = Arc::new(Policy::one_per_user());
    let clock: Arc<dyn Clock> = clock();
    let witness = Index::new(Arc::clone(&policy));
    let host = vahti::store::Host {
        policy: Arc::clone(&policy),
        clock: Arc::clone(&clock),
        witness,
    };
    let data = MemoryStore::new(host);
    let node = async |name: &str| {
        let open = async |host| Ok::<_, StoreError>(data.node(host));
        Vahti::open(Arc::clone(&policy), Arc::clone(&clock), name, open)
            .await
            .expect("a node")
    };
    let (first, second) = (node("first").await, node("second").await);
    (first, second, data)
}

#[tokio::test]
async fn a_session_that_another_node_made_is_asked_for_once_before_it_is_unknown() {
    let (first, second, _) = two_nodes().await;
    let login = first
        .login(&app(), LoginRequest::of(user("aino")))
        .await
        .expect("a login")
        .expect("tracked");
    let question = Question::token(&login.token);
    assert!(second.index().is_empty());
    assert!(
        second
            .check(&app(), &question)
            .await
            .expect("an answer")
            .allows()
    );
    assert_eq!(second.index().len(), 1);
}

#[tokio::test]
async fn a_token_that_no_node_made_is_denied() {
    let (_, second, _) = two_nodes().await;
    let forged = format!("v1.nobody.{}", "A".repeat(43));
    let answer = second
        .check(&app(), &Question::token(&forged))
        .await
        .expect("an answer");
    assert_eq!(
        (answer.verdict.as_str(), answer.verdict.reason()),
        ("deny", "no_session")
    );
}

#[tokio::test]
async fn an_older_version_of_an_account_never_comes_back_into_the_index() {
    let (first, second, data) = two_nodes().await;
    let login = first
        .login(&app(), LoginRequest::of(user("aino")))
        .await
        .expect("a login")
        .expect("tracked");
    let before = data
        .account(&user("aino"))
        .await
        .expect("read")
        .expect("an account");
    let request = InvalidateRequest::all(user("aino"));
    first
        .invalidate(&supervisor(), request)
        .await
        .expect("an invalidate");
    let after = data
        .account(&user("aino"))
        .await
        .expect("read")
        .expect("an account");
    assert!(before.version < after.version);
    for account in [&before, &after, &before] {
        second.index().apply(account);
    }
    let answer = second
        .check(&app(), &Question::token(&login.token))
        .await
        .expect("an answer");
    assert!(answer.state.is_some_and(State::is_held), "{answer:?}");
}

#[tokio::test]
async fn a_use_that_no_commit_knows_stays_known_when_the_person_changes() {
    let (node, _, data) = two_nodes().await;
    let request = LoginRequest::of(user("aino"));
    let login = node.login(&app(), request).await.expect("a login");
    let login = login.expect("tracked");
    let read = data.account(&user("aino")).await.expect("read");
    let mut changed = read.expect("an account");
    let question = Question::token(&login.token);
    let answer = node.check(&app(), &question).await.expect("an answer");
    assert!(answer.allows());
    let session = &login.record.session.id;
    let seen = node.index().last_seen(session);
    assert_eq!(seen, Some(node.now()));

    changed.version += 1;
    changed.profile.groups = vec![Group::new("exam").expect("a group")];
    changed.sessions[0].last_seen = LastSeen {
        at: Timestamp::default(),
        here: false,
    };
    node.index().apply(&changed);
    assert_eq!(node.index().last_seen(session), seen);
}

#[tokio::test]
async fn the_limit_holds_over_both_nodes() {
    let (first, second, _) = two_nodes().await;
    let here = first
        .login(&app(), LoginRequest::of(user("aino")))
        .await
        .expect("a login")
        .expect("tracked");
    let there = second
        .login(&app(), LoginRequest::of(user("aino")))
        .await
        .expect("a login")
        .expect("tracked");
    assert!(here.record.session.state.is_active());
    assert!(there.record.session.state.is_held());
    assert_eq!(there.active, 1);
}
