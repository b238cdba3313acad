//! The figures, in the order in which they are measured.

mod allocations;
mod goes_on;
mod http;
mod immediate;
mod login;
mod memory;
mod start;

use std::process::ExitCode;

use crate::{figure::Figure, folder::Folder, options::Effort};

/// Figures that are measured together.
pub(crate) struct Group {
    names: &'static [&'static str],
    /// Measures them.
    pub(crate) run: fn(&Folder, Effort) -> Vec<Figure>,
}

const GROUPS: &[Group] = &[
    Group {
        names: &["check_memory"],
        run: memory::run,
    },
    Group {
        names: &["check_allocations"],
        run: allocations::run,
    },
    Group {
        names: &["check_http"],
        run: http::against_a_twin,
    },
    Group {
        names: &["authz_http"],
        run: http::questions,
    },
    Group {
        names: &["check_scale"],
        run: http::at_scale,
    },
    Group {
        names: &["login_group_commit"],
        run: login::in_the_process,
    },
    Group {
        names: &["login_http"],
        run: login::over_http,
    },
    Group {
        names: &["start", "memory_session", "disk_session"],
        run: start::run,
    },
    Group {
        names: &["invalidate_seen"],
        run: immediate::run,
    },
    Group {
        names: &["goes_on_alone", "goes_on_crowd", "memory_stream"],
        run: goes_on::run,
    },
];

/// The groups that hold a figure whose name contains one of `names`; all without any.
pub(crate) fn chosen(names: &[String]) -> Result<Vec<&'static Group>, String> {
    let is_named = |name: &String| {
        GROUPS
            .iter()
            .flat_map(|group| group.names)
            .any(|figure| figure.contains(name.as_str()))
    };
    if let Some(name) = names.iter().find(|name| !is_named(name)) {
        let all: Vec<_> = GROUPS
            .iter()
            .flat_map(|group| group.names)
            .copied()
            .collect();
        return Err(format!(
            "There is no figure `{name}`. There are: {}.",
            all.join(", ")
        ));
    }
    let holds = |group: &&Group| {
        names.is_empty()
            || names.iter().any(|name| {
                group
                    .names
                    .iter()
                    .any(|figure| figure.contains(name.as_str()))
            })
    };
    Ok(GROUPS.iter().filter(holds).collect())
}

/// The part of a figure that needs a process of its own.
pub(crate) fn child(work: &[String]) -> ExitCode {
    match work {
        [what, database] if what == "open" => start::child(database.as_ref()),
        _ => ExitCode::from(2),
    }
}
