//! Migrations are numbered without gaps, and each backend has one of every name, so that two histories cannot
//! drift apart.

use super::Finding;
use crate::workspace;

const STORE: &str = "crates/vahti-store/src";

/// The migrations of one backend.
struct Folder {
    path: String,
    names: Vec<String>,
}

/// Every folder `migrations` of a backend.
pub(super) fn check_all() -> Result<Vec<Finding>, String> {
    let mut folders = Vec::new();
    let store = workspace::root().join(STORE);
    let backends = if store.exists() {
        workspace::entries(&store)?
    } else {
        Vec::new()
    };
    for folder in backends.iter().map(|backend| backend.join("migrations")) {
        if folder.is_dir() {
            let entries = workspace::entries(&folder)?;
            let names = entries.iter().filter_map(|path| path.file_name());
            folders.push(Folder {
                path: workspace::relative(&folder).display().to_string(),
                names: names
                    .map(|name| name.to_string_lossy().into_owned())
                    .collect(),
            });
        }
    }
    Ok(check(&folders))
}

fn check(folders: &[Folder]) -> Vec<Finding> {
    let numbers = folders.iter().flat_map(check_numbers);
    let twins = folders
        .iter()
        .flat_map(|folder| check_twins(folder, folders));
    numbers.chain(twins).collect()
}

/// `names` are sorted, so the name at place n begins with n + 1.
fn check_numbers(folder: &Folder) -> Vec<Finding> {
    let wrong = folder
        .names
        .iter()
        .enumerate()
        .filter(|(place, name)| !is_number(name, place + 1));
    wrong
        .map(|(place, name)| {
            let message = format!(
                "migrations are NNNN_name.sql, counted from 0001 without gaps; here stands {:04}",
                place + 1
            );
            Finding::new(&format!("{}/{name}", folder.path), 1, message)
        })
        .collect()
}

fn is_number(name: &str, number: usize) -> bool {
    let rest = name.strip_prefix(&format!("{number:04}_"));
    let word = rest.and_then(|rest| rest.strip_suffix(".sql"));
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    word.is_some_and(|word| !word.is_empty() && word.chars().all(plain))
}

fn check_twins(folder: &Folder, all: &[Folder]) -> Vec<Finding> {
    let others = all.iter().filter(|other| other.path != folder.path);
    let absent = others.flat_map(|other| {
        let missing = folder
            .names
            .iter()
            .filter(|name| !other.names.contains(name));
        missing.map(|name| (name, &other.path))
    });
    absent
        .map(|(name, other)| {
            let message = format!("has no twin in {other}");
            Finding::new(&format!("{}/{name}", folder.path), 1, message)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(path: &str, names: &[&str]) -> Folder {
        Folder {
            path: path.to_owned(),
            names: names.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    fn files(folders: &[Folder]) -> Vec<String> {
        check(folders)
            .into_iter()
            .map(|finding| finding.file)
            .collect()
    }

    #[test]
    fn a_gap_a_repeated_number_and_a_strange_name_are_found() {
        assert_eq!(
            files(&[folder("s", &["0001_a.sql", "0003_c.sql"])]),
            ["s/0003_c.sql"]
        );
        assert_eq!(
            files(&[folder("s", &["0001_a.sql", "0001_b.sql"])]),
            ["s/0001_b.sql"]
        );
        assert_eq!(
            files(&[folder("s", &["0001_a.sql", "0002_b.txt"])]),
            ["s/0002_b.txt"]
        );
        assert_eq!(
            files(&[folder("s", &["0001_a.sql", "0002_b.sql"])]),
            [""; 0]
        );
    }

    #[test]
    fn a_migration_without_its_twin_is_found_on_either_side() {
        let sqlite = folder("s", &["0001_a.sql", "0002_b.sql"]);
        let postgres = folder("p", &["0001_a.sql", "0002_c.sql"]);
        assert_eq!(files(&[sqlite, postgres]), ["s/0002_b.sql", "p/0002_c.sql"]);
    }
}
