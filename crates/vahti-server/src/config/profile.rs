//! Starting points for `vahti init`: the default file, with a profile's values in place of the defaults, and why.

use toml::de::DeTable;

use super::DEFAULT_FILE;

/// A kind of installation that `vahti init` writes a configuration for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Profile {
    /// Supervised exams: one session each, a supervisor lets in.
    Exam,
    /// Services that sell seats: the customer chooses which device goes on.
    Seats,
    /// Regulated applications: a limit on concurrent sessions, an idle timeout, a lifetime.
    Regulated,
    /// A host of TIM's network: as its own session module behaves.
    Tim,
}

impl Profile {
    /// Every profile.
    pub const ALL: &[Self] = &[Self::Exam, Self::Seats, Self::Regulated, Self::Tim];

    /// What stands at the top of its file, in lines of a comment.
    const fn heading(self) -> &'static str {
        match self {
            Self::Exam => {
                "# The configuration of Vahti, profile \"exam\": supervised exams. One session for each person; another login\n\
                 # waits until a supervisor has looked at the person and lets it in."
            }
            Self::Seats => {
                "# The configuration of Vahti, profile \"seats\": services that sell seats. A customer uses as many devices at\n\
                 # the same time as were paid for, and chooses which one goes on."
            }
            Self::Regulated => {
                "# The configuration of Vahti, profile \"regulated\": applications that must limit concurrent sessions (NIST\n\
                 # SP 800-53 AC-10), end them when they are idle or old (AC-12), and say how (OWASP ASVS 5.0 chapter 7)."
            }
            Self::Tim => {
                "# The configuration of Vahti, profile \"tim\": a host of TIM's network. Sessions behave as in TIM's own session\n\
                 # module: one for each person, no deadlines, administrators exempt."
            }
        }
    }

    /// What it sets: each line a dotted key, its value as TOML writes it, and why.
    const fn values(self) -> &'static str {
        match self {
            Self::Exam => EXAM,
            Self::Seats => SEATS,
            Self::Regulated => REGULATED,
            Self::Tim => TIM,
        }
    }

    /// The values of [`Profile::values`] one by one: section, key, value, reason.
    fn settings(
        self,
    ) -> impl Iterator<Item = (&'static str, &'static str, &'static str, &'static str)> {
        self.values().lines().filter_map(|line| {
            let (setting, why) = line.split_once(" # ")?;
            let (dotted, value) = setting.split_once(" = ")?;
            let (section, key) = dotted.split_once('.')?;
            Some((section, key, value, why))
        })
    }
}

const EXAM: &str = r#"
sessions.max_per_user = 1 # one person, one screen.
sessions.on_limit = "hold" # a supervisor decides, not a rule: the person in the hall is the right one.
sessions.hold_after_end = "8h" # longer than any exam, shorter than the way to the next day's.
sessions.idle_timeout = "0s" # somebody who thinks for an hour must not be logged out.
sessions.max_lifetime = "10h" # an exam day; the next day begins with a new login.
"#;

const SEATS: &str = r#"
sessions.max_per_user = 1 # the seats of one account; plans with more of them are groups, below.
sessions.on_limit = "ask" # the customer knows best which device is not needed; nobody has to call.
sessions.idle_timeout = "14d" # a device left in a drawer gives its seat back.
sessions.max_lifetime = "90d" # a customer logs in four times a year; a stolen token does not live for ever.
pages.audience = "self" # no supervisor comes to a customer's sofa.
"#;

const REGULATED: &str = r#"
sessions.max_per_user = 1 # NIST AC-10, ASVS 7.1.2: write down why, if it must be more.
sessions.on_limit = "deny" # NIST AC-10: no login beyond the limit. A lost device keeps its place until it is idle.
sessions.idle_timeout = "15m" # NIST AC-12, ASVS 7.3.1.
sessions.max_lifetime = "12h" # NIST AC-12, ASVS 7.3.2: a working day.
"#;

const TIM: &str = r#"
sessions.max_per_user = 1 # TIM's default.
sessions.on_limit = "hold" # TIM's only policy.
sessions.hold_after_end = "0s" # TIM has none.
sessions.idle_timeout = "0s" # TIM has none.
sessions.max_lifetime = "0s" # TIM has none: a forgotten session keeps its place until somebody ends it.
bypass.groups = ["admin"] # TIM exempts administrators; name this group at their login.
tim.enabled = true # TIM's hosts and tools find here what they know.
tim.held_status = 490 # what TIM's pages wait for.
"#;

/// The commented configuration file of a profile: the default file with the profile's values in it, each with its reason
/// above it.
pub fn profile(profile: Profile) -> String {
    let (table, _) = DeTable::parse_recoverable(DEFAULT_FILE);
    let mut edits = Vec::new();
    for (section, key, value, why) in profile.settings() {
        let section = table
            .get_ref()
            .get(section)
            .and_then(|section| section.get_ref().as_table());
        if let Some((name, old)) = section.and_then(|section| section.get_key_value(key)) {
            edits.push((
                name.span().start,
                old.span(),
                format!("# Of this profile: {why}\n"),
                value,
            ));
        }
    }
    // From the end, so that what is left to edit stays where it is.
    edits.sort_by_key(|(line, ..)| std::cmp::Reverse(*line));
    let mut text = DEFAULT_FILE.to_owned();
    for (line, old, why, value) in edits {
        text.replace_range(old, value);
        text.insert_str(line, &why);
    }
    let after_first_line = text.split_once('\n').map_or("", |(_, rest)| rest);
    format!("{}\n{after_first_line}", profile.heading())
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use super::super::{Config, OnLimit, Source};
    use super::*;

    fn load(of: Profile) -> Config {
        let text = profile(of);
        let file = Some((Path::new("vahti.toml"), text.as_str()));
        Config::load(Source {
            file,
            ..Source::default()
        })
        .unwrap_or_else(|mistakes| panic!("{mistakes}"))
    }

    #[test]
    fn every_profile_loads_and_every_value_of_it_is_in_the_file_with_its_reason() {
        for of in Profile::ALL {
            load(*of);
            let text = profile(*of);
            assert_eq!(of.settings().count(), of.values().trim().lines().count());
            assert!(
                text.starts_with(of.heading())
                    && !text.contains("Every value below is the default")
            );
            for (_, key, value, why) in of.settings() {
                assert!(
                    text.contains(&format!("# Of this profile: {why}\n{key} = {value}\n")),
                    "{key}\n{text}"
                );
            }
        }
    }

    #[test]
    fn profiles_say_what_they_are_for() {
        let hours = |hours: u64| Duration::from_secs(hours * 3600);
        let exam = load(Profile::Exam).sessions;
        assert_eq!(
            (exam.on_limit, exam.hold_after_end, exam.max_lifetime),
            (OnLimit::Hold, hours(8), hours(10))
        );
        let seats = load(Profile::Seats).sessions;
        assert_eq!(
            (seats.on_limit, seats.idle_timeout),
            (OnLimit::Ask, hours(14 * 24))
        );
        let regulated = load(Profile::Regulated).sessions;
        assert_eq!(
            (regulated.on_limit, regulated.max_lifetime),
            (OnLimit::Deny, hours(12))
        );
        assert_eq!(regulated.idle_timeout, Duration::from_secs(15 * 60));
        let tim = load(Profile::Tim);
        assert_eq!(
            (tim.sessions.max_per_user, tim.sessions.on_limit),
            (1, OnLimit::Hold)
        );
        assert!(tim.sessions.idle_timeout.is_zero() && tim.sessions.max_lifetime.is_zero());
        assert!(tim.bypass.groups.iter().eq(["admin"]));
        assert!(tim.tim.enabled && tim.tim.secrets.is_empty());
        assert_eq!(tim.tim.held_status, 490);
    }
}
