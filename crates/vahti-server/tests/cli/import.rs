//! Import and export: what comes in goes out again, whatever characters it holds, and what is wrong is named by its line.

use std::fmt::Write as _;

use crate::scene::{Folder, Outcome};
use vahti_store::conformance::is_long;

const HEADER: &str = "\"user\",\"session_id\",\"origin\",\"logged_in_at\",\"expired_at\"\r\n";

/// What browsers say of themselves.
const AGENTS: [&str; 6] = [
    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/127.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) SEB/3.7.0 Chrome/124.0.0.0",
    "curl/8.5.0",
    "",
];

/// Pieces of which texts are put together: whatever has ever broken a table.
const PIECES: [&str; 22] = [
    "=1+1", "+", "-", "@SUM(A1)", "'", "''=", "\"", "\"\"", ",", ";", "\n", "\r\n", "\t", " ",
    "  ", "\u{feff}", "\u{202e}", "ä", "名前", "😀", "\\", "None",
];

/// SplitMix64 (Steele, Lea and Flood, 2014): the same rows for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % most as u64).expect("it is below")
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }

    fn text(&mut self, most: usize) -> String {
        let pieces = self.below(most + 1);
        (0..pieces).map(|_| self.of(&PIECES)).collect()
    }

    fn time(&mut self) -> String {
        let (day, hour, micro) = (self.below(28) + 1, self.below(24), self.below(1_000_000));
        let zone = self.of(&["+00:00", "+00:00", "", "+03:00"]);
        format!("2026-08-{day:02} {hour:02}:11:12.{micro:06}{zone}")
    }
}

fn quoted(field: &str) -> String {
    format!("\"{}\"", field.replace('"', "\"\""))
}

/// A table as TIM writes it: with formulas, line ends and all else in its fields.
fn table(rows: usize, seed: u64) -> String {
    let mut random = Random(seed);
    let mut text = HEADER.to_owned();
    for row in 0..rows {
        let person = random.below(rows / 6 + 1);
        let name = Random(seed ^ person as u64)
            .text(3)
            .replace(['\n', '\r', '\t', '\u{202e}'], "");
        let origin = match random.below(40) {
            0 => format!("[2001:db8::1] {}", random.text(400)),
            1 => "x".repeat(510) + "ä€",
            2 => random.text(6),
            _ => format!(
                "[10.0.0.{}] {}{}",
                random.below(256),
                random.of(&AGENTS),
                random.text(2)
            ),
        };
        let logged_in_at = random.time();
        let expired_at = match random.below(3) {
            0 => "None".to_owned(),
            _ => random.time(),
        };
        let fields = [
            format!("{name}user{person}"),
            format!("s-{row}"),
            origin,
            logged_in_at,
            expired_at,
        ];
        let fields: Vec<_> = fields.iter().map(|field| quoted(field)).collect();
        write!(text, "{}\r\n", fields.join(",")).expect("a text");
    }
    text
}

/// A folder into which a table was imported; what it exports.
fn import(table: &str, name: &str, format: &str) -> (Folder, String) {
    let folder = Folder::new();
    folder.write(name, table);
    folder.vahti(&["import", name]).done();
    let export = folder.vahti(&["export", "--format", format]).done();
    (folder, export)
}

/// Records of a CSV in an order of their own, without this column.
fn records(table: &str, without: Option<usize>) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(table.as_bytes());
    let mut records: Vec<_> = reader
        .records()
        .map(|record| {
            let record = record.expect("a record");
            let kept = record
                .iter()
                .enumerate()
                .filter(|(at, _)| Some(*at) != without);
            kept.map(|(_, field)| field.to_owned()).collect::<Vec<_>>()
        })
        .collect();
    records.sort();
    records
}

#[test]
fn what_was_imported_is_exported_and_imported_again_as_it_was() {
    let rows = if is_long() { 200_000 } else { 20_000 };
    let seed = u64::from(std::process::id());
    println!("seed {seed}");
    let (folder, first) = import(&table(rows, seed), "tim.csv", "tim-csv");
    let (_, second) = import(&first, "again.csv", "tim-csv");
    let (first, second) = (records(&first, None), records(&second, None));
    assert_eq!(first.len(), rows + 1, "seed {seed}");
    let differs = first
        .iter()
        .zip(&second)
        .find(|(first, second)| first != second);
    assert_eq!(differs, None, "seed {seed}");
    assert_eq!(first.len(), second.len(), "seed {seed}");
    let formula = |field: &String| field.starts_with(['=', '+', '-', '@', '\t', '\r']);
    assert!(!first.iter().flatten().any(formula), "seed {seed}");
    folder.vahti(&["events", "check"]).done();
}

#[test]
fn vahtis_own_tables_and_lists_come_back_too() {
    // When a session was last seen is the import's own time.
    const LAST_SEEN: Option<usize> = Some(11);
    let seed = u64::from(std::process::id());
    println!("seed {seed}");
    let tim = table(600, seed);
    for (format, name) in [("csv", "a.csv"), ("json", "a.json")] {
        let (folder, first) = import(&tim, "tim.csv", format);
        let (again, _) = import(&first, name, format);
        let exported = |folder: &Folder| folder.vahti(&["export"]).done();
        let (first, second) = (exported(&folder), exported(&again));
        assert_eq!(
            records(&first, LAST_SEEN),
            records(&second, LAST_SEEN),
            "{format}, seed {seed}"
        );
        let states = ["active", "held", "ended"];
        let of_state = |state: &str| {
            let export = folder.vahti(&["export", "--state", state]).done();
            records(&export, None).len() - 1
        };
        assert_eq!(states.map(of_state).iter().sum::<usize>(), 600);
    }
}

#[test]
fn a_padded_file_of_tim_is_read_without_its_padding() {
    let padded = "\"user   \", \"session_id\" ,\"origin              \",\"logged_in_at                    \",\"expired_at                      \"\r\n\
        \"aino   \", \"home      \" ,\"[10.0.0.1] Firefox  \",\"2026-08-22 10:11:12.123456+00:00\",\"None                            \"\r\n\
        \"aino   \", \"seat      \" ,\"[10.0.0.2] a, \"\"b\"\"  \",\"2026-08-22 09:11:12+00:00       \",\"2026-08-22 09:30:00.000001+00:00\"\r\n";
    let (_, export) = import(padded, "tim.csv", "tim-csv");
    assert_eq!(
        export,
        format!(
            "{HEADER}\
             \"aino\",\"seat\",\"[10.0.0.2] a, \"\"b\"\"\",\"2026-08-22 09:11:12.000000+00:00\",\"2026-08-22 09:30:00.000000+00:00\"\r\n\
             \"aino\",\"home\",\"[10.0.0.1] Firefox\",\"2026-08-22 10:11:12.123000+00:00\",\"None\"\r\n"
        )
    );
}

#[test]
fn padding_is_known_by_the_header_alone_or_by_one_time_alone() {
    let plain = format!(
        "{HEADER}\"aino\",\"home\",\"Firefox\",\"2026-08-22 10:11:12.000000+00:00\",\"None\"\r\n"
    );
    let row = "\"aino  \",\"home\",\" Firefox\",\"2026-08-22 10:11:12.000000+00:00\",\"None\"\r\n";
    let header = HEADER.replace("\"user\"", "\"user  \"");
    let by_header = format!("{header}{row}");
    let by_time = format!("{HEADER}{}", row.replace("None", "None  "));
    for table in [by_header, by_time] {
        assert_eq!(import(&table, "tim.csv", "tim-csv").1, plain, "{table}");
    }
}

#[test]
fn spaces_that_are_no_padding_stay() {
    let table = format!(
        "{HEADER}\" aino \",\"home\",\" Firefox \",\"2026-08-22 10:11:12.000000+00:00\",\"None\"\r\n"
    );
    assert_eq!(import(&table, "tim.csv", "tim-csv").1, table);
}

#[test]
fn rows_that_are_wrong_are_named_by_their_line_and_left_out() {
    let folder = Folder::new();
    let rows = [
        ("aino,home,\"two\nlines\",2026-08-22 10:11:12,None", ""),
        (
            "aino,home,x,2026-08-22 10:11:12,None",
            "4: The session id stands in line 2 already.",
        ),
        (
            "aino,seat 17,x,2026-08-22 10:11:12,None",
            "5: `seat 17` cannot be a session id",
        ),
        (
            ",b,x,2026-08-22 10:11:12,None",
            "6: A user name cannot be empty.",
        ),
        (
            "a\u{202e}b,c,x,2026-08-22 10:11:12,None",
            "7: A user name cannot hold the invisible character U+202E.",
        ),
        (
            "aino,d,x,yesterday,None",
            "8: Column `logged_in_at`: `yesterday` is no time",
        ),
        ("aino,e,x,None,None", "9: Column `logged_in_at` is empty."),
        (
            "aino,f,x,2026-08-22 10:11:12,soon",
            "10: Column `expired_at`: `soon` is no time",
        ),
        (
            "aino,g,a\0b,2026-08-22 10:11:12,None",
            "11: The row holds a NUL",
        ),
        ("aino,h,x", "12: The row has 3 columns, not 5."),
        ("eino,i,x,2026-08-22 10:11:12,None", ""),
    ];
    let lines: Vec<_> = rows.iter().map(|(row, _)| *row).collect();
    folder.write(
        "t.csv",
        &format!(
            "user,session_id,origin,logged_in_at,expired_at\n{}\n",
            lines.join("\n")
        ),
    );
    let Outcome { code, out, err } = folder.vahti(&["import", "t.csv"]);
    assert_eq!(
        (code, out.as_str()),
        (2, "Imported: 2 sessions, 2 active, 0 held, 0 ended.\n")
    );
    for (_, wrong) in rows.iter().filter(|(_, wrong)| !wrong.is_empty()) {
        assert!(err.contains(&format!("t.csv:{wrong}")), "{wrong}\n{err}");
    }
    assert!(
        err.ends_with("9 of 11 rows were left out, for the reasons above.\n"),
        "{err}"
    );
    let again = folder.vahti(&["import", "t.csv"]);
    assert_eq!(
        (again.code, again.out.as_str()),
        (2, "Imported: 0 sessions, 0 active, 0 held, 0 ended.\n")
    );
    assert!(
        again
            .err
            .contains("t.csv:2: The session id `home` was used before"),
        "{}",
        again.err
    );
}

#[test]
fn a_file_that_is_imported_again_is_told_in_few_lines_and_hides_no_other_mistake() {
    let folder = Folder::new();
    let row = |number: u32| format!("user-{number},id-{number},x,2026-08-22 10:11:12,None\n");
    let mut text: String = (0..1_500).map(row).collect();
    text.insert_str(0, "user,session_id,origin,logged_in_at,expired_at\n");
    folder.write("t.csv", &text);
    folder.vahti(&["import", "t.csv"]).done();
    folder.write(
        "t.csv",
        &format!("{text}-,new,x,2026-08-22 10:11:12,None\n"),
    );
    let Outcome { code, err, .. } = folder.vahti(&["import", "t.csv"]);
    assert_eq!((code, err.lines().count()), (2, 13), "{err}");
    for part in [
        "t.csv:2: The session id `id-0` was used before",
        "t.csv:11: The session id `id-9` was used before",
        "t.csv:1502: `-` cannot be a user name",
        "t.csv: The session ids of 1490 rows more were used before.",
        "1501 of 1501 rows were left out",
    ] {
        assert!(err.contains(part), "{part}: {err}");
    }
}

#[test]
fn a_file_that_is_something_else_is_refused_whole() {
    let folder = Folder::new();
    for (name, text, said) in [
        ("a.csv", "", "has to name the columns"),
        ("b.csv", "name,id\na,b\n", "has to name the columns"),
        (
            "semicolons.csv",
            "user;session_id;origin;logged_in_at;expired_at\n",
            "with commas between them",
        ),
        ("c.json", "[{\"user\": 1}, ", "no JSON list"),
        (
            "d.json",
            "[{\"user\": \"a\"}]",
            "d.json:1: The row is no session",
        ),
    ] {
        folder.write(name, text);
        let refused = folder.vahti(&["import", name]);
        assert_eq!(refused.code, 2, "{name}: {refused:?}");
        assert!(refused.err.contains(said), "{}", refused.err);
    }
    let refused = folder.vahti(&["import", "no-such-file"]).refused(2);
    assert_eq!(
        refused,
        "vahti: There is no file no-such-file. Nothing was imported.\n"
    );
}

#[test]
fn beside_a_server_the_newest_gets_the_place_and_a_dry_run_changes_nothing() {
    let folder = Folder::new();
    let key = folder.key("app", "lms");
    let server = folder.serve();
    let row = |id: &str, hour: u32| {
        format!("\"aino\",\"{id}\",\"\",\"2026-08-22 {hour}:00:00.000000+00:00\",\"None\"\r\n")
    };
    folder.write(
        "t.csv",
        &format!("{HEADER}{}{}{}", row("a", 10), row("c", 12), row("b", 11)),
    );
    let would = folder.vahti(&["import", "t.csv", "--dry-run"]).done();
    assert_eq!(
        would,
        "Would be imported: 3 sessions, 1 active, 2 held, 0 ended.\n"
    );
    assert_eq!(server.check(&key, "aino", "c"), "deny, no_session");
    let done = folder.vahti(&["import", "t.csv"]).done();
    assert_eq!(done, "Imported: 3 sessions, 1 active, 2 held, 0 ended.\n");
    assert_eq!(server.check(&key, "aino", "c"), "allow, active");
    assert_eq!(server.check(&key, "aino", "a"), "hold, superseded");
    folder.vahti(&["sessions", "verify", "aino", "a"]).done();
    assert_eq!(server.check(&key, "aino", "a"), "allow, active");
    assert!(server.stop().success());
}

/// A list with one session of each of these users, each with so many groups, a line each.
fn list(rows: impl Iterator<Item = (String, usize)>) -> String {
    let row = |(user, groups): (String, usize)| {
        let groups: Vec<_> = (0..groups)
            .map(|at| format!("\"group-{at:054}\""))
            .collect();
        let groups = groups.join(",");
        format!(
            "{{\"user\":\"{user}\",\"id\":\"{user}\",\"logged_in_at\":\"2026-08-22 10:11:12\",\"groups\":[{groups}]}}"
        )
    };
    let rows: Vec<_> = rows.map(row).collect();
    format!("[\n{}\n]", rows.join(",\n"))
}

#[test]
fn a_row_that_is_too_large_is_named_and_many_large_ones_go_in_several_requests() {
    let folder = Folder::new();
    let rows = (0..600).map(|at| (format!("u{at}"), if at == 7 { 40_000 } else { 250 }));
    folder.write("t.json", &list(rows));
    let Outcome { code, out, err } = folder.vahti(&["import", "t.json"]);
    assert_eq!(
        (code, out.as_str()),
        (2, "Imported: 599 sessions, 599 active, 0 held, 0 ended.\n"),
        "{err}"
    );
    assert!(err.contains("t.json:9: The row has "), "{err}");
    assert!(err.contains("with 40000 groups"), "{err}");
}

#[test]
fn texts_of_control_characters_are_named_by_their_lines() {
    let folder = Folder::new();
    let text = "\u{1}".repeat(1_000);
    let mut table = HEADER.to_owned();
    for row in 0..1_000 {
        let user = if row == 3 {
            "aino".to_owned()
        } else {
            format!("{text}{row}")
        };
        let fields = [
            &user,
            &format!("s{row}"),
            &text,
            "2026-08-22 10:11:12",
            "None",
        ]
        .map(quoted);
        write!(table, "{}\r\n", fields.join(",")).expect("a text");
    }
    folder.write("t.csv", &table);
    let Outcome { code, out, err } = folder.vahti(&["import", "t.csv"]);
    assert_eq!(
        (code, out.as_str()),
        (2, "Imported: 1 session, 1 active, 0 held, 0 ended.\n"),
        "{err}"
    );
    assert!(err.contains("t.csv:2: A user name "), "{err}");
    assert!(err.contains("t.csv:1001: A user name "), "{err}");
}
