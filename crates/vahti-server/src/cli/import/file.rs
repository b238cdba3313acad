//! The rows of a file, each with its line: TIM's CSV, Vahti's CSV, Vahti's JSON. A row that cannot be read does not hide the
//! others.

use std::io::ErrorKind;
use std::path::Path;

use clap::ValueEnum;
use csv::{ByteRecord, ReaderBuilder, StringRecord};
use serde::Deserialize;
use serde_json::value::RawValue;
use vahti_client::{ImportedSession, Time};

use super::padding;
use crate::cli::exit::Failure;
use crate::cli::table::count;
use crate::table::{columns, guard::unguard, time};

/// The longest text that is taken into a request; the server cuts an origin to less.
const ORIGIN_CHARS: usize = 512;
const TEXT_BYTES: usize = 1_024;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// What the file looks like
    Auto,
    /// TIM's table
    TimCsv,
    /// Vahti's table
    Csv,
    /// Vahti's sessions as a JSON list
    Json,
}

/// A row of the file.
pub(super) struct Row {
    /// The line on which it begins, from 1.
    pub(super) line: u64,
    /// What it says, or what is wrong with it.
    pub(super) session: Result<ImportedSession, String>,
}

/// Reads a file.
pub(super) fn read(path: &Path, format: Format) -> Result<Vec<Row>, Failure> {
    let shown = path.display();
    let bytes = std::fs::read(path).map_err(|cause| {
        Failure::wrong(match cause.kind() {
            ErrorKind::NotFound => format!("There is no file {shown}. Nothing was imported."),
            _ => format!("{shown} cannot be read: {cause}. Nothing was imported."),
        })
    })?;
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
    let is_json = bytes.trim_ascii_start().starts_with(b"[");
    match format {
        Format::Json => json(bytes),
        Format::Auto if is_json => json(bytes),
        Format::Auto | Format::Csv | Format::TimCsv => table(bytes, format),
    }
    .map_err(|why| Failure::wrong(format!("{shown}: {why} Nothing was imported.")))
}

/// A table with a header, which says whose it is.
fn table(bytes: &[u8], format: Format) -> Result<Vec<Row>, String> {
    let bytes = padding::without(bytes);
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(bytes.as_slice());
    let mut rows = reader.byte_records();
    let header = rows
        .next()
        .transpose()
        .map_err(|error| format!("{error}."))?;
    let header = StringRecord::from_byte_record(header.unwrap_or_default())
        .map_err(|_| "The first line is no text in UTF-8.".to_owned())?;
    let is_padded = header.iter().any(|name| name.trim() != name);
    let named = |names: &[&str]| header.iter().map(str::trim).eq(names.iter().copied());
    let kind = match format {
        Format::Auto | Format::TimCsv if named(&columns::TIM) => Kind::Tim { is_padded },
        Format::Auto | Format::Csv if named(&columns::VAHTI) => Kind::Vahti,
        _ => {
            return Err(format!(
                "The first line has to name the columns, with commas between them: `{}` in TIM's table, and then `{}` in Vahti's.",
                columns::TIM.join(","),
                columns::VAHTI[columns::TIM.len()..].join(",")
            ));
        }
    };
    rows.map(|record| {
        let record = record.map_err(|error| format!("{error}."))?;
        Ok(Row {
            line: record.position().map_or(0, |begin| line(begin, &bytes)),
            session: kind.session(record),
        })
    })
    .collect()
}

/// The line of a record. The parser lets one begin at the line feed of `\r\n`, and at empty lines, before it.
fn line(begin: &csv::Position, text: &[u8]) -> u64 {
    let begin_at = usize::try_from(begin.byte()).unwrap_or(usize::MAX);
    let ends = text.get(begin_at..).unwrap_or_default().iter();
    let ends = ends.take_while(|byte| matches!(byte, b'\r' | b'\n'));
    begin.line() + ends.filter(|byte| **byte == b'\n').count() as u64
}

/// Whose table it is.
#[derive(Clone, Copy)]
enum Kind {
    Tim { is_padded: bool },
    Vahti,
}

impl Kind {
    fn session(self, record: ByteRecord) -> Result<ImportedSession, String> {
        let record = StringRecord::from_byte_record(record)
            .map_err(|_| "The row is no text in UTF-8.".to_owned())?;
        let columns = match self {
            Self::Tim { .. } => columns::TIM.len(),
            Self::Vahti => columns::VAHTI.len(),
        };
        if record.len() != columns {
            let found = count(record.len() as u64, "column");
            return Err(format!("The row has {found}, not {columns}."));
        }
        let is_padded = match self {
            // Ids and times hold no spaces at their ends, so some there are padding.
            Self::Tim { is_padded } => {
                is_padded
                    || [1, 3, 4]
                        .iter()
                        .any(|at| record[*at].trim() != &record[*at])
            }
            Self::Vahti => false,
        };
        let field = |at: usize| {
            let field = record.get(at).unwrap_or_default();
            unguard(if is_padded {
                field.trim_matches(' ')
            } else {
                field
            })
        };
        let said = |at: usize| Some(field(at).to_owned()).filter(|text| !text.is_empty());
        Fields {
            user: field(0).to_owned(),
            id: field(1).to_owned(),
            origin: said(2),
            logged_in_at: field(3).to_owned(),
            expired_at: said(4),
            name: said(5),
            number: said(6),
            place: said(7),
            app: said(8),
            state: said(9),
            reason: said(10),
            groups: field(12)
                .split(' ')
                .filter(|group| !group.is_empty())
                .map(str::to_owned)
                .collect(),
        }
        .session()
    }
}

/// A list of objects, each a row.
fn json(bytes: &[u8]) -> Result<Vec<Row>, String> {
    let text =
        std::str::from_utf8(bytes).map_err(|_| "The file is no text in UTF-8.".to_owned())?;
    let rows: Vec<&RawValue> =
        serde_json::from_str(text).map_err(|error| format!("This is no JSON list: {error}."))?;
    let (mut line, mut seen) = (1, 0);
    let row = |raw: &RawValue| {
        let begin = raw.get().as_ptr() as usize - text.as_ptr() as usize;
        let between = text.as_bytes().get(seen..begin).unwrap_or_default();
        line += between.iter().filter(|byte| **byte == b'\n').count() as u64;
        seen = begin;
        let fields: Result<Fields, _> = serde_json::from_str(raw.get());
        let fields = fields.map_err(|error| format!("The row is no session: {error}."));
        Row {
            line,
            session: fields.and_then(Fields::session),
        }
    };
    Ok(rows.into_iter().map(row).collect())
}

/// What a row says, as text.
#[derive(Deserialize)]
struct Fields {
    user: String,
    #[serde(alias = "session_id")]
    id: String,
    origin: Option<String>,
    logged_in_at: String,
    expired_at: Option<String>,
    name: Option<String>,
    number: Option<String>,
    place: Option<String>,
    app: Option<String>,
    state: Option<String>,
    reason: Option<String>,
    #[serde(default)]
    groups: Vec<String>,
}

impl Fields {
    /// Whether the texts can be meant.
    fn check(&self) -> Result<(), String> {
        let said = [
            &self.name,
            &self.number,
            &self.place,
            &self.app,
            &self.state,
            &self.reason,
        ];
        let mut texts = [&self.user, &self.id]
            .into_iter()
            .chain(said.into_iter().flatten())
            .chain(&self.groups);
        if texts
            .clone()
            .chain(&self.origin)
            .any(|text| text.contains('\0'))
        {
            return Err("The row holds a NUL: the file is damaged.".to_owned());
        }
        if texts.any(|text| text.len() > TEXT_BYTES) {
            return Err(format!("A field has more than {TEXT_BYTES} bytes."));
        }
        Ok(())
    }

    fn session(self) -> Result<ImportedSession, String> {
        self.check()?;
        let logged_in_at = time::find(&self.logged_in_at)
            .map_err(|wrong| format!("Column `logged_in_at`: {wrong}."))?
            .ok_or("Column `logged_in_at` is empty.")?;
        let expired_at = time::find(self.expired_at.as_deref().unwrap_or_default())
            .map_err(|wrong| format!("Column `expired_at`: {wrong}."))?;
        Ok(ImportedSession {
            id: self.id,
            user: self.user,
            name: self.name,
            number: self.number,
            place: self.place,
            app: self.app,
            state: self.state,
            reason: self.reason,
            logged_in_at: Time(logged_in_at),
            expired_at: expired_at.map(Time),
            origin: self
                .origin
                .map(|text| text.chars().take(ORIGIN_CHARS).collect()),
            groups: self.groups,
        })
    }
}
