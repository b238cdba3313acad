//! How a person stands, in the words of the pages: why they wait or not, and what would let them in. The facts are those of
//! [`Vahti::explain`](vahti::Vahti::explain), which tells engineers the same in the words of the API.

use vahti_core::{Account, Explanation, HeldReason, OnLimit, Policy, State, Timestamp};

use super::{desk_words::counted, records_words::RecordsWords, told::Telling};

/// The sentences, with `name` for the person.
pub(super) fn stands(
    telling: &Telling<'_>,
    words: &RecordsWords,
    name: &str,
    (facts, account): (&Explanation, &Account),
    policy: &Policy,
    paused_until: Option<Timestamp>,
) -> Vec<String> {
    let said = &words.stands;
    let mut sentences = Vec::new();
    if let Some(until) = paused_until {
        sentences.push(said.paused.replace("{t}", &telling.time(until)));
    }
    let open = account.open_sessions();
    let mut states = open.map(|session| (session, session.state_at(policy, telling.now)));
    let newest = states.rfind(|(_, state)| !state.is_ended());
    match newest {
        _ if !policy.enabled => sentences.push(said.not_counted.clone()),
        None => {
            sentences.push(said.not_logged_in.clone());
            sentences.extend(next_login(words, facts, policy).map(str::to_owned));
        }
        Some(_) if facts.bypassed => sentences.push(said.exempt.clone()),
        Some(_) if policy.observes() => sentences.push(said.observes.clone()),
        Some((_, State::Held(reason))) => {
            sentences.push(said.waits.replace("{why}", telling.words.why(reason)));
            sentences.push(way_in(words, policy, reason).to_owned());
            if facts.active > 0 {
                let others = usize::try_from(facts.active).unwrap_or(usize::MAX);
                sentences.push(counted(&said.then_one, &said.then, others));
            }
        }
        Some(_) => {
            let goes_on = match facts.limit {
                0 => said.goes_on_unlimited.clone(),
                limit => said.goes_on.replace("{m}", &limit.to_string()),
            };
            sentences.push(goes_on.replace("{n}", &facts.active.to_string()));
            sentences.extend(next_login(words, facts, policy).map(str::to_owned));
        }
    }
    let naming = sentences
        .iter()
        .map(|sentence| sentence.replace("{name}", name));
    naming.collect()
}

fn way_in<'a>(words: &'a RecordsWords, policy: &Policy, reason: HeldReason) -> &'a str {
    if reason == HeldReason::AwaitingChoice && policy.on_limit == OnLimit::Ask {
        &words.stands.way_in_choice
    } else {
        &words.stands.way_in
    }
}

/// What the next login of the person would meet; nothing if it would just go on.
fn next_login<'a>(
    words: &'a RecordsWords,
    facts: &Explanation,
    policy: &Policy,
) -> Option<&'a str> {
    let said = &words.stands;
    if facts.logins_held || facts.frozen || facts.after_end {
        return Some(&said.next_held);
    }
    let is_full = facts.limit > 0 && facts.active >= facts.limit;
    is_full.then_some(match policy.on_limit {
        OnLimit::Hold => &said.next_waits,
        OnLimit::Deny => &said.next_refused,
        OnLimit::EvictOldest => &said.next_oldest,
        OnLimit::EvictIdle => &said.next_unused,
        OnLimit::Ask => &said.next_choice,
        OnLimit::Freeze => &said.next_all,
        OnLimit::Observe => &said.next_goes_on,
    })
}
