//! Vahti's pages in a real browser, behind a real proxy. A story is a script beside this file; `cargo xtask tools`
//! installs what drives the browser.

#[expect(dead_code, reason = "the tests of the proxies use more of it")]
#[path = "../proxies/app.rs"]
mod app;
#[expect(dead_code, reason = "the tests of the proxies use more of it")]
#[path = "../proxies/client.rs"]
mod client;
mod hall;
#[expect(dead_code, reason = "the tests of the proxies use more of it")]
#[path = "../proxies/house.rs"]
mod house;
#[expect(dead_code, reason = "the tests of the proxies use more of it")]
#[path = "../proxies/proxy.rs"]
mod proxy;
#[path = "../proxies/running.rs"]
mod running;
#[expect(dead_code, reason = "the tests of the command line use more of it")]
#[path = "../cli/scene.rs"]
mod scene;
mod story;
mod vendored;

use crate::house::House;
use crate::proxy::Kind;
use crate::story::{tell, tell_at, tell_of_dev, tell_over_time, tell_with_limit};
use vahti::core::{OnLimit, Policy};
use vahti_server::http::page_routes;

#[test]
fn a_text_that_was_sent_while_held_is_still_there_after_the_session_is_let_in() {
    let house = tell("typed_text.cjs");
    handed_in_once(&house);
}

/// The five hundred words have reached the application, whole and once.
#[track_caller]
fn handed_in_once(house: &House) {
    let seen = house.app.seen();
    let sent: Vec<_> = seen
        .iter()
        .filter(|seen| seen.line.starts_with("POST ") && seen.body.starts_with("text=word0+word1+"))
        .collect();
    assert_eq!(sent.len(), 1, "{seen:?}");
    assert!(sent[0].body.ends_with("+word499"));
}

#[test]
fn a_waiting_page_survives_a_lost_network_and_a_gate_that_starts_again() {
    tell("lost.cjs");
}

#[test]
fn requests_and_forms_of_a_page_wait_with_its_session_and_are_sent_once() {
    let house = tell("requests.cjs");
    handed_in_once(&house);
}

#[test]
fn the_demo_tells_the_whole_story_in_two_browsers() {
    tell_of_dev("demo.cjs");
}

#[test]
fn a_waiting_page_goes_on_by_itself_in_every_tab_and_nothing_moves_in_it_before() {
    tell("goes_on.cjs");
}

#[test]
fn what_can_be_sent_once_only_is_sent_once_and_whoever_closes_the_dialog_is_refused() {
    let house = tell("own_scripts.cjs");
    let seen = house.app.seen();
    for (line, times) in [
        ("POST /by-fetch", 1),
        ("PUT /by-xhr", 1),
        ("POST /used", 0),
        ("POST /streamed", 0),
        ("GET /refused", 0),
    ] {
        let reached = seen.iter().filter(|seen| seen.line.starts_with(line));
        assert_eq!(reached.count(), times, "{line}: {seen:?}");
    }
    let headers = seen.iter().flat_map(|seen| &seen.headers);
    let kept = headers.filter(|(name, value)| name == "x-kept" && value.trim() == "yes");
    assert_eq!(kept.count(), 1, "{seen:?}");
}

#[test]
fn a_camera_reads_the_codes_of_this_exam_and_says_what_others_are() {
    tell("read.cjs");
}

#[test]
fn supervisors_come_in_once_by_invitation_and_are_out_when_they_are_disabled() {
    tell("accounts.cjs");
}

#[test]
fn a_page_of_the_console_whose_login_runs_out_leads_to_a_new_one_and_back() {
    tell_over_time("run_out.cjs", &Policy::one_per_user());
}

#[test]
fn codes_that_let_nobody_in_are_answered_with_what_helps_and_change_nothing() {
    tell_over_time("codes.cjs", &Policy::one_per_user());
}

#[test]
fn all_who_are_ticked_are_let_in_and_who_has_gone_is_told() {
    tell("bulk.cjs");
}

#[test]
fn an_open_list_keeps_what_was_ticked_and_ticks_nobody_who_comes_later() {
    tell("ticks.cjs");
}

#[test]
fn a_let_in_is_taken_back_and_who_was_active_before_goes_on() {
    tell("undone.cjs");
}

#[test]
fn what_a_page_of_another_site_sends_has_no_effect() {
    let routes = page_routes().into_iter();
    let buttons = routes.filter(|route| route.method == "POST");
    let buttons: Vec<_> = buttons.map(|route| route.path).collect();
    assert_eq!(buttons.len(), 17, "{buttons:?}");
    let told = [("BUTTONS", buttons.join(" "))];
    tell_at("elsewhere.cjs", House::new(Kind::Nginx), &told);
}

#[test]
fn a_screen_that_is_scanned_and_let_in_goes_on_by_itself() {
    tell("scanned.cjs");
}

#[test]
fn typed_digits_open_their_screen_and_wrong_ones_are_told_apart() {
    tell("digits.cjs");
}

#[test]
fn a_waiting_page_survives_reload_back_and_a_second_tab() {
    tell("tabs.cjs");
}

#[test]
fn waiting_and_letting_in_work_without_scripts() {
    tell("without_scripts.cjs");
}

#[test]
fn a_user_chooses_where_to_log_out_and_goes_on() {
    tell_with_limit("asked.cjs", "ask");
}

#[test]
fn a_choice_that_somebody_is_about_to_make_stays_while_the_page_says_something_else() {
    let policy = Policy {
        max_per_user: 2,
        on_limit: OnLimit::Ask,
        ..Policy::one_per_user()
    };
    tell_over_time("about_to_choose.cjs", &policy);
}

#[test]
fn every_step_of_the_story_is_reached_by_keyboard() {
    tell("keyboard.cjs");
}

#[test]
fn being_let_in_is_announced_and_the_renewal_of_a_code_is_not() {
    tell("announced.cjs");
}

/// Every page, after the browser that looks at it: `seat` waits, `phone` is a supervisor's.
const PAGES: &[&str] = &[
    "seat=/vahti/gate",
    "nobody=/vahti/gate",
    "nobody=/vahti/console/login",
    "nobody=/vahti/console/invitation",
    "nobody=/vahti/s/seat-17.AAAAAAAAAAAAAAAAAAAAAA",
    "phone=/vahti/console",
    "phone=/vahti/console/confirm?session=seat-17",
    "phone=/vahti/console/done?session=seat-17",
    "phone=/vahti/console/person?user=aino",
    "phone=/vahti/console/record",
    "phone=/vahti/console/message",
    "phone=/vahti/console/everyone",
    "phone=/vahti/console/hours",
    "phone=/vahti/console/export",
    "phone=/vahti/console/many?done=36&left=seat-17",
    "phone=/vahti/console/scan",
    "phone=/vahti/console/invite",
    "phone=/vahti/console/password",
    "phone=/vahti/s/seat-17.AAAAAAAAAAAAAAAAAAAAAA",
];

#[test]
fn no_page_has_a_barrier_at_any_width_in_any_scheme() {
    // What browsers load by themselves is nothing to look at.
    let is_page = |path: &str| {
        let parts = ["/events", "/state", ".js", ".css"];
        !parts.iter().any(|end| path.ends_with(end))
    };
    let routes = page_routes().into_iter();
    let pages = routes.filter(|route| route.method == "GET" && is_page(&route.path));
    for page in pages {
        let start = page.path.split('{').next().unwrap_or_default();
        let is_named = PAGES.iter().any(|named| {
            named.split_once('=').is_some_and(|(_, named)| {
                named.split('?').next() == Some(&page.path)
                    || (start != page.path && named.starts_with(start))
            })
        });
        assert!(
            is_named,
            "name {} in PAGES, with who looks at it",
            page.path
        );
    }
    let pages = [("PAGES", PAGES.join(" "))];
    tell_at("barriers.cjs", House::new(Kind::Nginx), &pages);
}

#[test]
fn no_answer_of_a_button_has_a_barrier_either() {
    tell("answered.cjs");
}
