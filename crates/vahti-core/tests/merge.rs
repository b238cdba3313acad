//! Registers may arrive late, twice and in any order: one final state, and it is the one of `DESIGN.md`'s formula.

mod support;

use proptest::{collection::vec, prelude::*};
use support::{Gate, is_long, runner, sid};
use vahti_core::{
    Account, EndReason, Ended, HeldReason, HoldLogins, Invalidated, OnLimit, Register, Stamp,
    State, Timestamp, Verified,
};

/// The sessions: two were let in at login, the third was held.
const SESSIONS: [&str; 3] = ["a", "b", "c"];

/// The stamp `number` places after the last login.
fn stamp(number: u32) -> Stamp {
    (0..number).fold(
        Stamp::at(Timestamp::from_millis(1_790_000_100_000)),
        |s, _| s.next(),
    )
}

/// An account with three logins, fixed beforehand.
fn account() -> Account {
    let mut gate = Gate::with(2, OnLimit::Hold);
    for id in SESSIONS {
        gate.pass(1);
        gate.login(id);
    }
    gate.account
}

fn verified(number: u32, session: &str, home: &str) -> Register {
    let (stamp, session) = (stamp(number), sid(session));
    let home = home.to_owned();
    Register::Verified(Verified {
        stamp,
        home,
        session,
    })
}

fn invalidated(number: u32, session: &str, cause: HeldReason) -> Register {
    let stamp = stamp(number);
    Register::Invalidated(sid(session), Invalidated { stamp, cause })
}

fn ended(seconds: i64, session: &str, reason: EndReason) -> Register {
    let at = Timestamp::from_millis(1_790_000_100_000 + seconds * 1_000);
    Register::Ended(sid(session), Ended { at, reason })
}

fn hold_logins(number: u32, on: bool) -> Register {
    let stamp = stamp(number);
    Register::HoldLogins(HoldLogins { stamp, on })
}

/// Registers that commands were accepted as; the numbers are their order, and some are ties.
fn accepted() -> Vec<Register> {
    vec![
        verified(3, "c", "here"),
        verified(6, "b", "here"),
        verified(6, "b", "there"),
        verified(9, "elsewhere", "there"),
        Register::InvalidatedAll(stamp(4)),
        Register::InvalidatedAll(stamp(8)),
        Register::Frozen(stamp(5)),
        Register::Admitted(sid("a"), stamp(7)),
        Register::Admitted(sid("c"), stamp(8)),
        invalidated(7, "a", HeldReason::Invalidated),
        invalidated(7, "a", HeldReason::OverLimit),
        invalidated(2, "b", HeldReason::Superseded),
        ended(1, "a", EndReason::LoggedOut),
        ended(0, "a", EndReason::Idle),
        ended(1, "a", EndReason::Evicted),
        hold_logins(5, true),
        hold_logins(5, false),
        hold_logins(7, true),
    ]
}

/// The final state, and the states at limits none, 1, 2, 3.
fn end_state(start: &Account, registers: &[&Register]) -> (Account, Vec<Vec<State>>) {
    let mut account = start.clone();
    registers
        .iter()
        .for_each(|register| account.merge(register));
    let standings = (0..=3).map(|limit| account.standings(limit)).collect();
    (account, standings)
}

/// The formula of `DESIGN.md`, written from the registers without merging them: who is active at `limit`.
fn by_formula(start: &Account, registers: &[&Register], limit: usize) -> Vec<String> {
    let newest = registers.iter().filter_map(|register| match register {
        Register::Verified(verified) => Some((
            verified.stamp,
            verified.home.as_str(),
            verified.session.as_str(),
        )),
        _ => None,
    });
    let verified = newest.max();
    let mut eligible = Vec::new();
    for session in &start.sessions {
        let id = session.id.as_str();
        let (mut let_in, mut put_out) = (vec![session.marks.admitted], vec![Stamp::NEVER]);
        let mut has_ended = false;
        for register in registers {
            match register {
                Register::Admitted(of, stamp) if of.as_str() == id => let_in.push(*stamp),
                Register::Invalidated(of, by) if of.as_str() == id => put_out.push(by.stamp),
                Register::InvalidatedAll(stamp) | Register::Frozen(stamp) => put_out.push(*stamp),
                Register::Ended(of, _) if of.as_str() == id => has_ended = true,
                _ => {}
            }
        }
        match verified {
            Some((stamp, _, named)) if named == id => let_in.push(stamp),
            Some((stamp, ..)) => put_out.push(stamp),
            None => {}
        }
        let (let_in, put_out) = (let_in.iter().max(), put_out.iter().max());
        if !has_ended && let_in > put_out {
            let is_verified = verified.is_some_and(|(_, _, named)| named == id);
            eligible.push((!is_verified, let_in.copied(), id.to_owned()));
        }
    }
    eligible.sort();
    let places = if limit == 0 { usize::MAX } else { limit };
    let mut active: Vec<_> = eligible.into_iter().take(places).map(|e| e.2).collect();
    active.sort();
    active
}

/// Every set of `size` numbers below `below`, ascending.
fn sets(below: usize, size: usize) -> Vec<Vec<usize>> {
    if size == 0 {
        return vec![Vec::new()];
    }
    let smaller = sets(below, size - 1);
    let with_one_more = |set: &Vec<usize>| {
        let from = set.last().map_or(0, |last| last + 1);
        let set = set.clone();
        (from..below).map(move |next| [set.as_slice(), &[next]].concat())
    };
    smaller.iter().flat_map(with_one_more).collect()
}

/// Every order of these (Heap's algorithm).
fn every_order<T>(items: &mut [T], size: usize, visit: &mut impl FnMut(&[T])) {
    if size <= 1 {
        return visit(items);
    }
    for place in 0..size {
        every_order(items, size - 1, visit);
        let other = if size.is_multiple_of(2) { place } else { 0 };
        items.swap(other, size - 1);
    }
}

#[test]
fn every_order_with_one_repeat_gives_one_final_state() {
    let (start, pool) = (account(), accepted());
    let mut orders = 0_u64;
    for size in 1..=if is_long() { 5 } else { 4 } {
        for set in sets(pool.len(), size) {
            let set: Vec<_> = set.into_iter().map(|place| &pool[place]).collect();
            let expected = end_state(&start, &set);
            let repeated = set[size / 2];
            let mut with_repeat = [set.as_slice(), &[repeated]].concat();
            every_order(&mut with_repeat, size + 1, &mut |order| {
                assert_eq!(end_state(&start, order), expected, "{order:?}");
                orders += 1;
            });
        }
    }
    println!("{orders} orders compared");
    assert!(orders > 300_000);
}

#[test]
fn the_final_state_is_the_one_of_the_formula() {
    let (start, pool) = (account(), accepted());
    for set in (0..=4).flat_map(|size| sets(pool.len(), size)) {
        let set: Vec<_> = set.into_iter().map(|place| &pool[place]).collect();
        let (account, standings) = end_state(&start, &set);
        for (limit, states) in standings.iter().enumerate() {
            let sessions = account.sessions.iter().zip(states);
            let active: Vec<_> = sessions
                .filter(|(_, state)| state.is_active())
                .map(|(session, _)| session.id.as_str())
                .collect();
            assert_eq!(active, by_formula(&start, &set, limit), "{limit} {set:?}");
        }
    }
}

fn a_register() -> impl Strategy<Value = Register> {
    let of = || proptest::sample::select(vec!["a", "b", "c", "elsewhere"]);
    let number = || 0..12_u32;
    let cause = proptest::sample::select(HeldReason::ALL);
    let reason = proptest::sample::select(EndReason::ALL);
    let home = proptest::sample::select(vec!["here", "there"]);
    prop_oneof![
        (number(), of(), home).prop_map(|(number, id, home)| verified(number, id, home)),
        number().prop_map(|number| Register::InvalidatedAll(stamp(number))),
        number().prop_map(|number| Register::Frozen(stamp(number))),
        (number(), any::<bool>()).prop_map(|(number, on)| hold_logins(number, on)),
        (number(), of()).prop_map(|(number, id)| Register::Admitted(sid(id), stamp(number))),
        (number(), of(), cause).prop_map(|(number, id, cause)| invalidated(number, id, cause)),
        (0..3_i64, of(), reason).prop_map(|(at, id, reason)| ended(at, id, reason)),
    ]
}

fn merged(start: &Account, batches: [&[Register]; 2]) -> Account {
    end_state(start, &batches.concat().iter().collect::<Vec<_>>()).0
}

#[test]
fn merging_commutes_and_may_be_repeated() {
    let start = account();
    let batches = (vec(a_register(), 0..8), vec(a_register(), 0..8));
    runner(file!(), 5_000, 200_000)
        .run(&batches, |(left, right)| {
            let once = merged(&start, [&left, &right]);
            prop_assert_eq!(&merged(&start, [&right, &left]), &once);
            prop_assert_eq!(&merged(&once, [&left, &right]), &once);
            prop_assert_eq!(&merged(&once, [&right, &left]), &once);
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
}

/// Batches are merged as they come: what one host has merged of them, another may merge in other groups.
#[test]
fn merging_is_associative() {
    let start = account();
    let batches = vec(vec(a_register(), 0..5), 3);
    runner(file!(), 5_000, 200_000)
        .run(&batches, |batches| {
            let [one, two, three] = batches.as_slice() else {
                return Ok(());
            };
            let left = merged(&merged(&start, [one, two]), [three, &[]]);
            let right = merged(&merged(&start, [two, three]), [one, &[]]);
            prop_assert_eq!(left, right);
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn a_register_of_a_session_that_has_ended_is_merged_and_reopens_nothing() {
    let mut account = account();
    account.merge(&ended(1, "a", EndReason::LoggedOut));
    account.merge(&Register::Admitted(sid("a"), stamp(9)));
    assert_eq!(account.sessions[0].marks.admitted, stamp(9));
    assert_eq!(account.standings(1)[0], State::Ended(EndReason::LoggedOut));
}

#[test]
fn of_two_ends_the_earlier_stays() {
    let mut account = account();
    account.merge(&ended(2, "a", EndReason::LoggedOut));
    account.merge(&ended(1, "a", EndReason::Idle));
    account.merge(&ended(3, "a", EndReason::Evicted));
    assert_eq!(account.standings(0)[0], State::Ended(EndReason::Idle));
}
