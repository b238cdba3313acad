//! Reads a row column by column, in the order of the statement, and turns words and bytes into what they mean.

use core::{fmt::Display, str::FromStr};

use rusqlite::{
    Row,
    types::{FromSql, ValueRef},
};
use vahti_core::{Digest, Group, Stamp, State, Timestamp};

use super::trouble::Trouble;

/// A row, and how far it has been read.
pub(super) struct Columns<'r, 's> {
    row: &'r Row<'s>,
    next: usize,
}

impl<'r, 's> Columns<'r, 's> {
    /// Begins at the column with number `first`.
    pub(super) fn from(row: &'r Row<'s>, first: usize) -> Self {
        Self { row, next: first }
    }

    /// The next column as it is.
    pub(super) fn take<T: FromSql>(&mut self) -> Result<T, Trouble> {
        let value = self.row.get(self.next)?;
        self.next += 1;
        Ok(value)
    }

    /// The next column, a text, without a copy.
    pub(super) fn text(&mut self) -> Result<Option<&'r str>, Trouble> {
        let value = self.row.get_ref(self.next)?;
        self.next += 1;
        match value {
            ValueRef::Null => Ok(None),
            value => value.as_str().map(Some).map_err(Trouble::corrupt),
        }
    }

    /// The next column, a word or a name.
    pub(super) fn word<T: FromStr<Err: Display>>(&mut self) -> Result<T, Trouble> {
        self.find_word()?
            .ok_or_else(|| Trouble::corrupt("a name is missing"))
    }

    /// The next column, a word or a name, if there is one.
    pub(super) fn find_word<T: FromStr<Err: Display>>(&mut self) -> Result<Option<T>, Trouble> {
        let text = self.text()?;
        text.map(|text| {
            text.parse()
                .map_err(|error: T::Err| Trouble::corrupt(error))
        })
        .transpose()
    }

    /// The next column, a stamp; 0 is [`Stamp::NEVER`].
    pub(super) fn stamp(&mut self) -> Result<Stamp, Trouble> {
        Ok(Stamp::from_bits(self.take()?))
    }

    /// The next column, a time.
    pub(super) fn time(&mut self) -> Result<Timestamp, Trouble> {
        Ok(Timestamp::from_millis(self.take()?))
    }

    /// The next column, a time, if there is one.
    pub(super) fn find_time(&mut self) -> Result<Option<Timestamp>, Trouble> {
        Ok(self.take::<Option<i64>>()?.map(Timestamp::from_millis))
    }

    /// The next column, a digest, if there is one.
    pub(super) fn find_digest(&mut self) -> Result<Option<Digest>, Trouble> {
        Ok(self.take::<Option<[u8; 32]>>()?.map(Digest::from_bytes))
    }

    /// The next two columns: a state's word and its reason.
    pub(super) fn state(&mut self) -> Result<State, Trouble> {
        let word = self.text()?.unwrap_or_default();
        let reason = self.text()?;
        State::parse(word, reason).map_err(Trouble::corrupt)
    }

    /// The next column: groups as a JSON list.
    pub(super) fn groups(&mut self) -> Result<Vec<Group>, Trouble> {
        let text = self.text()?.unwrap_or_default();
        parse_groups(text).ok_or_else(|| Trouble::corrupt(format!("`{text}` is no list of groups")))
    }
}

/// Groups as a JSON list. A group has no character that JSON would escape.
pub(super) fn groups_json(groups: &[Group]) -> String {
    let mut json = String::from("[");
    for (place, group) in groups.iter().enumerate() {
        if place > 0 {
            json.push(',');
        }
        json.push('"');
        json.push_str(group.as_str());
        json.push('"');
    }
    json.push(']');
    json
}

fn parse_groups(json: &str) -> Option<Vec<Group>> {
    let inside = json.strip_prefix('[')?.strip_suffix(']')?;
    if inside.is_empty() {
        return Some(Vec::new());
    }
    inside
        .split(',')
        .map(|item| {
            let name = item.strip_prefix('"')?.strip_suffix('"')?;
            Group::new(name).ok()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_read_as_they_were_written() {
        for names in [&[][..], &["a"], &["cn:exam/2026.a@b-c_d", "b"]] {
            let groups: Vec<_> = names
                .iter()
                .map(|name| Group::new(name).expect("a group"))
                .collect();
            assert_eq!(parse_groups(&groups_json(&groups)), Some(groups));
        }
        for bad in ["", "[", "[a]", "[\"a\",]", "{}", "[\"a b\"]"] {
            assert_eq!(parse_groups(bad), None, "{bad}");
        }
    }
}
