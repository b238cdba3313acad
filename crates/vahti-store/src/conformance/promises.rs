//! Every promise by name: each is one test of a backend. Nothing else stands here.

/// Writes one test a promise: `promises!(make)`, where `make()` gives whatever must live as long as the test, and
/// a boxed [`Open`](crate::conformance::Open) on data of its own.
#[macro_export]
macro_rules! promises {
    ($make:ident) => {
        $crate::promises!(@module $make, chain: [
            the_chain_of_what_was_written_is_whole,
            an_account_knows_the_end_of_its_chain,
            texts_come_back_with_their_events,
            events_about_no_user_have_a_chain_of_their_own,
        ]);
        $crate::promises!(@module $make, closing: [
            after_the_end_everything_is_unavailable,
            what_was_under_way_is_finished,
        ]);
        $crate::promises!(@module $make, commits: [
            what_was_answered_is_there_and_the_witness_holds_it,
            an_empty_commit_writes_nothing,
            a_failed_command_fails_alone,
            a_taken_session_id_is_refused_and_nothing_is_written,
            the_witness_is_told_in_the_order_of_the_commits,
            the_witness_is_told_what_can_be_read,
            stamps_rise_over_all_accounts,
            stamps_rise_after_the_store_was_opened_again_with_a_clock_gone_back,
            a_decision_that_panics_fails_alone,
            a_version_rises_by_one,
            a_decision_that_loses_a_session_is_refused,
            what_was_written_is_there_after_the_store_was_opened_again,
        ]);
        $crate::promises!(@module $make, erase: [
            an_erased_person_is_known_no_more_and_the_chain_stays_whole,
            whoever_logs_in_under_the_name_of_an_erased_person_is_new,
            the_session_ids_of_an_erased_person_stay_taken,
            an_erasure_of_one_person_touches_no_other,
            an_erasure_that_fails_erases_nothing,
            origins_are_forgotten_when_nobody_has_used_them_for_long,
            an_origin_that_is_used_again_is_kept,
            as_many_origins_as_are_asked_for_are_forgotten,
        ]);
        $crate::promises!(@module $make, keys: [
            a_key_comes_back_and_its_name_is_taken_for_good,
            a_key_is_revoked_once,
        ]);
        $crate::promises!(@module $make, lists: [
            sessions_are_listed_in_pages_in_both_directions,
            every_condition_on_sessions_counts,
            no_text_has_a_meaning_of_its_own,
            events_are_listed_in_pages_in_both_directions,
            every_condition_on_events_counts,
            no_event_turns_up_before_one_that_could_be_read,
        ]);
        $crate::promises!(@module $make, messages: [
            the_newest_message_is_there_until_it_is_taken_away,
        ]);
        $crate::promises!(@module $make, pauses: [
            a_pause_is_kept_with_its_event_until_it_is_taken_back,
            a_pause_outlives_its_host,
        ]);
        $crate::promises!(@module $make, seen: [
            a_last_seen_only_rises,
            a_last_seen_never_reopens_what_has_ended,
            what_the_witness_has_seen_counts,
        ]);
        $crate::promises!(@module $make, slots: [
            sixty_four_logins_at_once_leave_as_many_active_as_the_limit,
            a_decision_that_forgets_the_limit_is_refused_alone,
            a_place_that_is_given_up_can_be_taken,
            a_lower_limit_holds_from_the_next_commit_on,
            a_place_beyond_a_lower_limit_is_no_free_place_below_it,
            without_a_limit_there_are_no_places,
        ]);
        $crate::promises!(@module $make, start: [
            accounts_come_with_open_sessions_and_those_that_ended_lately,
            an_account_is_found_by_a_session_that_has_ended,
            users_with_open_sessions_are_listed_in_pages,
            users_whose_sessions_ended_lately_are_listed_in_pages,
            ids_are_taken_by_open_and_by_ended_sessions,
            the_id_of_a_session_elsewhere_is_taken_once_an_event_names_it,
            an_imported_session_keeps_when_it_logged_in_and_when_it_was_imported,
        ]);
        $crate::promises!(@module $make, supervisors: [
            a_supervisor_outlives_the_host_and_the_name_is_taken,
            the_name_of_one_who_is_no_longer_valid_can_be_taken_again,
            a_changed_password_comes_with_another_id_and_only_where_there_was_one,
            a_supervisor_is_disabled_once_and_nothing_that_proved_them_is_kept,
            an_invitation_is_accepted_once_however_many_try,
            an_invitation_of_one_who_is_no_longer_valid_is_not_accepted,
        ]);
        $crate::promises!(@module $make, sweep: [
            what_ended_first_is_forgotten_first,
            registers_and_events_outlive_a_session,
            the_id_of_a_forgotten_session_stays_taken,
        ]);
    };
    (@module $make:ident, $module:ident: [$($promise:ident,)*]) => {
        mod $module {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $promise() {
                    let (_alive, open) = super::$make();
                    $crate::conformance::$module::$promise(&*open).await;
                }
            )*
        }
    };
}
