//! What is wrong with a request: collected field by field, so that a caller mends all of it at once.

use core::fmt::Display;

use vahti_client::FieldError;

use crate::http::{problem::Refused, text};

/// Errors that are told; who sends more has to ask again.
const TOLD: usize = 32;

/// What is wrong with a request so far.
#[derive(Default)]
pub(in crate::http) struct Wrong {
    errors: Vec<FieldError>,
    /// Fields whose values could not be read and were replaced, so that the others can be looked at.
    spoiled: Vec<String>,
}

impl Wrong {
    /// Notes what is wrong with a field; of a field that could not be read, only that.
    pub(in crate::http) fn note(&mut self, field: &str, message: impl Display) {
        if !self.spoiled.iter().any(|spoiled| spoiled == field) && self.errors.len() < TOLD {
            self.errors.push(FieldError {
                field: text::shown(field),
                message: message.to_string(),
            });
        }
    }

    /// Notes that a field could not be read.
    pub(super) fn spoil(&mut self, field: &str, message: impl Display) {
        self.note(field, message);
        let top = field.split(['.', '[']).next().unwrap_or(field);
        self.spoiled.push(top.to_owned());
    }

    /// Says nothing more of a field: what is wrong with it has been said, of itself or of another.
    pub(super) fn forgive(&mut self, field: &str) {
        self.spoiled.push(field.to_owned());
    }

    /// Notes that fields contradict each other, if all of them could be read.
    pub(in crate::http) fn contradiction(&mut self, field: &str, message: &str) {
        if self.spoiled.is_empty() {
            self.note(field, message);
        }
    }

    /// The value, or what is wrong with it.
    pub(in crate::http) fn take<T>(
        &mut self,
        field: &str,
        read: Result<T, impl Display>,
    ) -> Option<T> {
        read.map_err(|message| self.note(field, message)).ok()
    }

    /// The value of a field that may be absent.
    pub(in crate::http) fn perhaps<V, T, E: Display>(
        &mut self,
        field: &str,
        value: Option<V>,
        read: impl FnOnce(V) -> Result<T, E>,
    ) -> Option<Option<T>> {
        value.map_or(Some(None), |value| self.take(field, read(value)).map(Some))
    }

    /// Every value of a list.
    pub(in crate::http) fn each<V, T, E: Display>(
        &mut self,
        field: &str,
        values: &[V],
        read: impl Fn(&V) -> Result<T, E>,
    ) -> Option<Vec<T>> {
        let all = values
            .iter()
            .enumerate()
            .map(|(at, value)| self.take(&format!("{field}[{at}]"), read(value)));
        let all: Vec<_> = all.collect();
        all.into_iter().collect()
    }

    /// A text about a person.
    pub(in crate::http) fn person(
        &mut self,
        field: &str,
        value: Option<String>,
    ) -> Option<Option<String>> {
        self.perhaps(field, value, |value| text::person(field, value))
            .map(Option::flatten)
    }

    /// The reason that a person gives.
    pub(in crate::http) fn reason(&mut self, value: Option<String>) -> Option<Option<String>> {
        self.perhaps("reason", value, |value| text::reason("reason", value))
            .map(Option::flatten)
    }

    /// What was read, unless something is wrong.
    pub(in crate::http) fn finish<T>(self, read: Option<T>) -> Result<T, Refused> {
        match read {
            Some(read) if self.errors.is_empty() => Ok(read),
            _ if self.errors.is_empty() => {
                Err(Refused::field("body", "The request cannot be read."))
            }
            _ => Err(Refused::fields(self.errors)),
        }
    }

    /// Whether nothing is wrong so far.
    pub(super) fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }
}
