//! Whoever turns active did so by its own login, its own verify, or a choice made from it; and the other laws of `support/laws.rs`,
//! over random histories of everything that can happen to an account.

mod support;

use core::{cell::Cell, time::Duration};
use std::collections::BTreeSet;

use proptest::{collection::vec, option, prelude::*};
use support::{Gate, a_login, a_verify, group, is_long, policy, proof_of, runner, sid};
use vahti_core::{
    EndReason, OnLimit, Policy, Stamp,
    decide::{self, Choose, End, Invalidate, LogIn, Replaces, Undo, Verify, Which},
};

#[derive(Clone, Debug)]
enum Step {
    Login {
        id: Option<usize>,
        group: Option<usize>,
        replaces: Option<(usize, bool)>,
        key: Option<u8>,
    },
    Verify {
        id: Option<usize>,
        keep_others: bool,
        late: bool,
    },
    Invalidate {
        which: Pick,
        hold_logins: bool,
        late: bool,
    },
    Choose {
        from: usize,
        ends: Option<usize>,
    },
    Undo {
        alarm: bool,
    },
    End(Pick),
    Settle,
    TakeStamp,
    Change(Box<Policy>),
    Forget,
    Pass(u64),
    Back(u64),
    See(usize, bool),
}

#[derive(Clone, Debug)]
enum Pick {
    All,
    AllBut(usize),
    These(Vec<usize>),
}

const GROUPS: [&str; 3] = ["two", "three", "free"];

fn a_policy() -> impl Strategy<Value = Policy> {
    let seconds = |some: u64| prop_oneof![2 => Just(0), 1 => Just(some), 1 => Just(some * 3)];
    let on_limit = proptest::sample::select(OnLimit::ALL);
    let numbers = (0..4_u32, 1..4_u32);
    let durations = (seconds(300), seconds(120), seconds(130));
    (on_limit, numbers, durations).prop_map(|(on_limit, (limit, held), durations)| Policy {
        held_max_per_user: held,
        hold_after_end: Duration::from_secs(durations.0),
        idle_timeout: Duration::from_secs(durations.1),
        max_lifetime: Duration::from_secs(durations.2),
        groups: [(group("two"), 2), (group("three"), 3), (group("free"), 0)].into(),
        ..policy(limit, on_limit)
    })
}

fn a_pick() -> impl Strategy<Value = Pick> {
    prop_oneof![
        Just(Pick::All),
        (0..8_usize).prop_map(Pick::AllBut),
        vec(0..8_usize, 1..3).prop_map(Pick::These),
    ]
}

fn a_step() -> impl Strategy<Value = Step> {
    let pick = 0..8_usize;
    let login = (
        option::weighted(0.1, pick.clone()),
        option::weighted(0.2, 0..GROUPS.len()),
        option::weighted(0.3, (pick.clone(), any::<bool>())),
        option::weighted(0.2, 0..2_u8),
    );
    prop_oneof![
        8 => login.prop_map(|(id, group, replaces, key)| Step::Login { id, group, replaces, key }),
        5 => (option::of(pick.clone()), any::<bool>(), prop::bool::weighted(0.2))
            .prop_map(|(id, keep_others, late)| Step::Verify { id, keep_others, late }),
        3 => (a_pick(), prop::bool::weighted(0.2), prop::bool::weighted(0.2))
            .prop_map(|(which, hold_logins, late)| Step::Invalidate { which, hold_logins, late }),
        4 => (0..3_usize, option::weighted(0.8, pick.clone()))
            .prop_map(|(from, ends)| Step::Choose { from, ends }),
        3 => any::<bool>().prop_map(|alarm| Step::Undo { alarm }),
        2 => a_pick().prop_map(Step::End),
        2 => Just(Step::Settle),
        1 => Just(Step::TakeStamp),
        2 => a_policy().prop_map(|policy| Step::Change(Box::new(policy))),
        1 => Just(Step::Forget),
        2 => (0..20_u64).prop_map(Step::Pass),
        3 => (0..200_u64).prop_map(Step::Pass),
        1 => (0..200_u64).prop_map(Step::Back),
        4 => (pick, any::<bool>()).prop_map(|(pick, here)| Step::See(pick, here)),
    ]
}

/// A history at one gate. The laws are checked by the gate itself, at every decision.
struct History {
    gate: Gate,
    logins: usize,
    stamp: Option<Stamp>,
    ended: BTreeSet<String>,
    choices: usize,
    /// Undos that brought somebody back.
    undone: usize,
}

impl History {
    /// The id of one of the user's sessions, ended ones among them, or one that is unknown.
    fn id(&self, number: usize) -> String {
        let sessions = &self.gate.account.sessions;
        let newest_first = sessions.len().checked_sub(number + 1);
        newest_first.map_or_else(
            || "unknown".to_owned(),
            |place| sessions[place].id.as_str().to_owned(),
        )
    }

    fn which(&self, pick: &Pick) -> Which {
        match pick {
            Pick::All => Which::All,
            Pick::AllBut(number) => Which::AllBut(sid(&self.id(*number))),
            Pick::These(numbers) => Which::These(
                numbers
                    .iter()
                    .map(|number| sid(&self.id(*number)))
                    .collect(),
            ),
        }
    }

    fn late(&self, late: bool) -> Option<Stamp> {
        self.stamp.filter(|_| late)
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Login { .. } => self.login(step),
            Step::Verify {
                id,
                keep_others,
                late,
            } => {
                let id = id.map(|number| self.id(number));
                let command = Verify {
                    keep_others: *keep_others,
                    at: self.late(*late),
                    ..a_verify(id.as_deref())
                };
                drop(self.gate.let_in(&command));
            }
            Step::Invalidate {
                which,
                hold_logins,
                late,
            } => {
                let command = Invalidate {
                    which: self.which(which),
                    hold_logins: *hold_logins,
                    at: self.late(*late),
                };
                self.gate.put_out(&command);
            }
            Step::Choose { from, ends } => {
                let command = Choose {
                    session: sid(&self.id(*from)),
                    ends: ends.map(|number| sid(&self.id(number))),
                };
                let chosen = self.gate.choose_as(&command);
                self.choices += usize::from(chosen.is_ok());
            }
            Step::Undo { alarm } => {
                let of = decide::undoable(&self.gate.account, self.gate.now);
                let verified = self.gate.account.registers.verified.clone();
                let command = Undo {
                    of: of.unwrap_or(Stamp::NEVER),
                    alarm: verified.filter(|_| *alarm).map(|verified| verified.session),
                };
                let undone = self.gate.undo_as(&command);
                self.undone += usize::from(undone.is_ok_and(|undone| !undone.active.is_empty()));
            }
            Step::End(which) => {
                let which = self.which(which);
                let reason = EndReason::LoggedOut;
                self.gate.end_as(&End { which, reason });
            }
            Step::Settle => self.settle(),
            Step::TakeStamp => self.stamp = Some(self.gate.take_stamp()),
            Step::Change(policy) => self.gate.policy = (**policy).clone(),
            Step::Forget => self.gate.forget_ended(),
            Step::Pass(seconds) => self.gate.pass(*seconds),
            Step::Back(seconds) => {
                self.gate.now = self.gate.now.minus(Duration::from_secs(*seconds));
            }
            Step::See(number, here) => {
                let id = self.id(*number);
                if id != "unknown" {
                    self.gate.see(&id, *here);
                }
            }
        }
        self.remember_the_ended();
    }

    fn login(&mut self, step: &Step) {
        let Step::Login {
            id,
            group: in_group,
            replaces,
            key,
        } = step
        else {
            return;
        };
        self.logins += 1;
        let new = id.map_or_else(|| format!("s{}", self.logins), |number| self.id(number));
        if self.ended.contains(&new) {
            return; // The store refuses an id that was ever used, also after its session was deleted.
        }
        let mut command = LogIn {
            chosen_id: id.is_some(),
            idempotency: key.map(|key| [key; 32]),
            replaces: replaces.and_then(|(number, right)| {
                let old = self.id(number);
                let proof = proof_of(&old);
                let wrong = support::secret("somebody");
                if right {
                    proof
                } else {
                    proof.map(|proof| Replaces {
                        secret: wrong,
                        ..proof
                    })
                }
            }),
            ..a_login(&new)
        };
        command.profile.groups = in_group.iter().map(|place| group(GROUPS[*place])).collect();
        drop(self.gate.log_in(&command));
    }

    /// Settling twice at the same time changes nothing the second time.
    fn settle(&mut self) {
        self.gate.settle();
        self.gate.settle();
        assert!(self.gate.events.is_empty(), "settled once is settled");
    }

    fn remember_the_ended(&mut self) {
        let sessions = self.gate.account.sessions.iter();
        for session in sessions {
            let id = session.id.as_str();
            if session.is_open() {
                assert!(!self.ended.contains(id), "{id} has ended and is open again");
            } else {
                self.ended.insert(id.to_owned());
            }
        }
    }
}

#[test]
fn the_laws_hold_in_every_history() {
    let taken = Cell::new(0_u64);
    let committed = Cell::new(0_u64);
    let chosen = Cell::new(0_usize);
    let undone = Cell::new(0_usize);
    runner(file!(), 10_000, 200_000)
        .run(&(a_policy(), vec(a_step(), 1..50)), |(policy, steps)| {
            let mut history = History {
                gate: Gate::new(policy),
                logins: 0,
                stamp: None,
                ended: BTreeSet::new(),
                choices: 0,
                undone: 0,
            };
            for step in &steps {
                history.take(step);
            }
            taken.set(taken.get() + steps.len() as u64);
            committed.set(committed.get() + history.gate.account.version);
            chosen.set(chosen.get() + history.choices);
            undone.set(undone.get() + history.undone);
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
    println!(
        "{} steps, {} commits, {} choices, {} undone",
        taken.get(),
        committed.get(),
        chosen.get(),
        undone.get()
    );
    assert!(undone.get() > if is_long() { 10_000 } else { 500 });
    assert!(chosen.get() > if is_long() { 10_000 } else { 500 });
    assert!(committed.get() > if is_long() { 1_500_000 } else { 80_000 });
}
