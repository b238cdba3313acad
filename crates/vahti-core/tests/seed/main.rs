//! The seed beside Vahti: the same steps, the same sessions active and held, except where `SEED.md` says so.

mod differences;
mod model;
#[path = "../support/mod.rs"]
mod support;

use core::cell::Cell;
use std::collections::BTreeMap;

use model::Model;
use proptest::{collection::vec, prelude::*};
use support::{Gate, a_verify, an_invalidate, is_long, runner, sid};
use vahti_core::{
    OnLimit, Refusal,
    decide::{Invalidate, Verify},
    verdict::{Facts, Mode, Proof, judge},
};

const USER: &str = "aino";

/// The worked example of `SEED.md`: a step, and who is active after it.
const EXAMPLE: [(&str, &str, &[&str]); 9] = [
    ("login", "first", &["first"]),
    ("login", "second", &["first"]),
    ("login", "third", &["first"]),
    ("verify", "second", &["second"]),
    ("verify", "", &["third"]),
    ("invalidate", "third", &[]),
    ("verify", "first", &["first"]),
    ("invalidate", "", &[]),
    ("login", "fourth", &["fourth"]),
];

fn named(id: &str) -> Option<&str> {
    Some(id).filter(|id| !id.is_empty())
}

#[test]
fn the_model_does_the_worked_example() {
    let mut model = Model::new(Some(1));
    for (number, (verb, id, active)) in EXAMPLE.into_iter().enumerate() {
        match verb {
            "login" => assert_eq!(model.add(USER, id), active.contains(&id)),
            "verify" => model.verify(USER, named(id)),
            _ => model.invalidate(USER, named(id)),
        }
        assert_eq!(model.sessions(USER, true), active, "after step {number}");
    }
    assert_eq!(model.sessions(USER, false), ["first", "second", "third"]);
}

#[test]
fn the_rules_do_the_worked_example() {
    let mut gate = Gate::with(1, OnLimit::Hold);
    for (number, (verb, id, active)) in EXAMPLE.into_iter().enumerate() {
        gate.pass(60);
        match verb {
            "login" => assert_eq!(gate.login(id).is_active(), active.contains(&id)),
            "verify" => drop(gate.let_in(&a_verify(named(id))).expect(id)),
            _ => drop(gate.invalidate(named(id))),
        }
        assert_eq!(gate.active(), active, "after step {number}");
    }
    assert_eq!(gate.held(), ["first", "second", "third"]);
}

const USERS: [&str; 3] = ["aino", "eino", "vieno"];

/// A step of a history. Numbers pick among what there is.
#[derive(Clone, Debug)]
enum Step {
    Login(usize),
    Verify(usize, Option<usize>),
    Invalidate(usize, Option<usize>),
    End(usize, usize),
    VerifyAll,
    InvalidateAll,
    Pass(u64),
}

fn a_step() -> impl Strategy<Value = Step> {
    let user = 0..USERS.len();
    let pick = 0..16_usize;
    prop_oneof![
        6 => user.clone().prop_map(Step::Login),
        4 => (user.clone(), proptest::option::of(pick.clone())).prop_map(|(user, id)| Step::Verify(user, id)),
        3 => (user.clone(), proptest::option::of(pick.clone())).prop_map(|(user, id)| Step::Invalidate(user, id)),
        2 => (user, pick).prop_map(|(user, id)| Step::End(user, id)),
        1 => Just(Step::VerifyAll),
        1 => Just(Step::InvalidateAll),
        2 => (0..100_000_u64).prop_map(Step::Pass),
    ]
}

/// The seed and Vahti side by side.
struct Pair {
    model: Model,
    gates: BTreeMap<&'static str, Gate>,
    logins: usize,
}

impl Pair {
    fn new(limit: Option<u32>) -> Self {
        let gate = || {
            let mut gate = Gate::with(limit.unwrap_or(0), OnLimit::Hold);
            // Not of the seed: the cap on held sessions. Here it is never reached.
            gate.policy.held_max_per_user = u32::MAX;
            gate
        };
        Self {
            model: Model::new(limit.map(|limit| limit as usize)),
            gates: USERS.into_iter().map(|user| (user, gate())).collect(),
            logins: 0,
        }
    }

    fn gate(&mut self, user: &str) -> &mut Gate {
        self.gates.get_mut(user).expect(user)
    }

    /// One of the user's sessions that have not ended.
    ///
    /// Rows 2 and 3 of `SEED.md`: an id is never one that is unknown or has ended, where Vahti refuses.
    fn pick(&self, user: &str, number: usize) -> Option<String> {
        let rows = self.model.rows.iter().filter(|row| row.user == user);
        let ids: Vec<_> = rows.map(|row| row.session.clone()).collect();
        let place = number.checked_rem(ids.len())?;
        ids.get(place).cloned()
    }

    fn take(&mut self, step: &Step) {
        match *step {
            Step::Login(user) => self.login(USERS[user]),
            Step::Verify(user, None) => self.verify(USERS[user], None),
            Step::Verify(user, Some(number)) => {
                if let Some(id) = self.pick(USERS[user], number) {
                    self.verify(USERS[user], Some(&id));
                }
            }
            Step::Invalidate(user, number) => {
                let id = number.and_then(|number| self.pick(USERS[user], number));
                self.model.invalidate(USERS[user], id.as_deref());
                self.gate(USERS[user]).invalidate(id.as_deref());
            }
            Step::End(user, number) => {
                if let Some(id) = self.pick(USERS[user], number) {
                    self.end(USERS[user], &id);
                }
            }
            Step::VerifyAll => self.verify_all(),
            Step::InvalidateAll => self.invalidate_all(),
            Step::Pass(seconds) => self.gates.values_mut().for_each(|gate| gate.pass(seconds)),
        }
    }

    fn login(&mut self, user: &'static str) {
        self.logins += 1;
        let id = format!("s{}", self.logins);
        let by_seed = self.model.add(user, &id);
        assert_eq!(self.gate(user).login(&id).is_active(), by_seed);
    }

    fn verify(&mut self, user: &'static str, id: Option<&str>) {
        let expected = id.or(self.model.latest(user)).map(sid);
        self.model.verify(user, id);
        let answer = self.gate(user).let_in(&a_verify(id));
        match expected {
            Some(id) => assert_eq!(answer.expect("verified").session.id, id),
            None => assert_eq!(answer.expect_err("refused"), Refusal::NoOpenSession),
        }
    }

    /// Row 3: what has ended is over, so its row leaves the model, which would let it be verified again.
    fn end(&mut self, user: &'static str, id: &str) {
        self.model.expire(user, id);
        let others = |row: &model::Row| row.user != user || row.session != id;
        self.model.rows.retain(others);
        assert_eq!(self.gate(user).end(id), [sid(id)]);
    }

    /// One stamp is taken first, then each user who has sessions.
    fn verify_all(&mut self) {
        for user in self.model.users() {
            self.model.verify(user, None);
            let gate = self.gate(user);
            let at = Some(gate.take_stamp());
            let command = Verify {
                at,
                ..a_verify(None)
            };
            gate.let_in(&command).expect("verified");
        }
    }

    fn invalidate_all(&mut self) {
        for user in self.model.users() {
            self.model.invalidate(user, None);
            let gate = self.gate(user);
            let at = Some(gate.take_stamp());
            gate.put_out(&Invalidate {
                at,
                ..an_invalidate(None)
            });
        }
    }

    fn agree(&self) {
        for (user, gate) in &self.gates {
            assert_eq!(gate.active(), self.model.sessions(user, true), "active");
            assert_eq!(gate.held(), self.model.sessions(user, false), "held");
            assert_eq!(gate.account.active() as usize, self.model.count(user));
            let latest = gate.account.latest_open();
            assert_eq!(
                latest.map(|latest| latest.id.as_str()),
                self.model.latest(user)
            );
            for session in &gate.account.sessions {
                let id = session.id.as_str();
                assert_eq!(passes(gate, Some(id)), self.model.has_valid(user, Some(id)));
            }
            assert_eq!(passes(gate, None), self.model.has_valid(user, None));
        }
    }
}

/// A check of the user's own session, as the seed asks it.
fn passes(gate: &Gate, id: Option<&str>) -> bool {
    let facts = Facts {
        mode: Mode::Guarding,
        path_is_open: false,
        proof: Proof::Vouched,
        session: id.map(|id| gate.state(id)),
        user_is_exempt: false,
        about_another: false,
    };
    judge(&facts).verdict.allows()
}

#[test]
fn random_histories_agree_with_the_seed_step_by_step() {
    let compared = Cell::new(0_u64);
    let limits = prop_oneof![Just(None), Just(Some(1)), Just(Some(2)), Just(Some(3))];
    runner(file!(), 400, 10_000)
        .run(&(limits, vec(a_step(), 1..60)), |(limit, steps)| {
            let mut pair = Pair::new(limit);
            for step in &steps {
                pair.take(step);
                pair.agree();
            }
            compared.set(compared.get() + steps.len() as u64);
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
    println!("{} steps compared", compared.get());
    assert!(compared.get() > if is_long() { 200_000 } else { 8_000 });
}
