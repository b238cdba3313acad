//! Parameters of the query: read strictly. An unknown one, one that stands twice and one that is not well-formed are
//! refused by name, because a filter that is passed over shows what was not asked for.

use core::fmt::Display;

use axum::{extract::FromRequestParts, http::request::Parts};

use super::Wrong;
use crate::http::{App, problem::Refused, suggest, text};

/// Parameters that can be read as a request.
pub(in crate::http) trait Named: Sized {
    /// What is asked for; what is wrong stays with the parameters.
    fn read(parameters: &mut Parameters) -> Option<Self>;
}

/// What the parameters of a call ask for.
pub(in crate::http) struct Query<T>(pub(in crate::http) T);

impl<T: Named> FromRequestParts<App> for Query<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Refused> {
        let mut parameters = Parameters::parse(parts.uri.query().unwrap_or_default());
        let read = T::read(&mut parameters);
        parameters.finish(read).map(Self)
    }
}

/// The parameters that have not been asked for yet.
pub(in crate::http) struct Parameters {
    left: Vec<(String, String)>,
    known: Vec<&'static str>,
    wrong: Wrong,
}

impl Parameters {
    pub(in crate::http) fn parse(query: &str) -> Self {
        let mut wrong = Wrong::default();
        let mut left = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match (decode(name), decode(value)) {
                (Some(name), Some(value)) => left.push((name, value)),
                (name, _) => {
                    let name = text::shown(&name.unwrap_or_else(|| name_of(pair)));
                    wrong.spoil(
                        &name,
                        format!(
                            "Parameter `{name}` is not well-formed: percent-encode it as UTF-8."
                        ),
                    );
                }
            }
        }
        Self {
            left,
            known: Vec::new(),
            wrong,
        }
    }

    /// The value of a parameter, if it was given.
    pub(in crate::http) fn find<T, E: Display>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<Option<T>> {
        self.known.push(name);
        let mut values = Vec::new();
        self.left.retain(|(found, value)| {
            let is_it = found == name;
            if is_it {
                values.push(value.clone());
            }
            !is_it
        });
        if values.len() > 1 {
            self.wrong
                .note(name, format!("Parameter `{name}` stands twice."));
            return None;
        }
        self.wrong.perhaps(name, values.pop(), |value| {
            read(&value).map_err(|message| format!("Parameter `{name}`: {message}"))
        })
    }

    /// Notes that parameters contradict each other.
    pub(in crate::http) fn contradiction(&mut self, name: &str, message: &str) {
        self.wrong.contradiction(name, message);
    }

    /// Passes over what has not been asked for: callers that are not Vahti's own may send more.
    pub(in crate::http) fn pass_over_others(&mut self) {
        self.left.clear();
    }

    fn finish<T>(mut self, read: Option<T>) -> Result<T, Refused> {
        for (name, _) in &self.left {
            let shown = text::shown(name);
            let right = match suggest::nearest(name, self.known.iter().copied()) {
                Some(near) => format!(": did you mean `{near}`?"),
                None if self.known.is_empty() => ": this address takes none.".to_owned(),
                None => format!("; known are {}.", suggest::listed(&self.known)),
            };
            self.wrong
                .note(&shown, format!("Unknown parameter `{shown}`{right}"));
        }
        self.wrong.finish(read)
    }
}

fn name_of(pair: &str) -> String {
    pair.split('=').next().unwrap_or(pair).to_owned()
}

/// Undoes the encoding of forms: `+` is a space, `%XX` a byte of UTF-8. Nothing malformed is let through.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => hex(rest.next()?)? << 4 | hex(rest.next()?)?,
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_malformed_is_not_decoded() {
        assert_eq!(decode("a+b%20c%C3%A4").as_deref(), Some("a b cä"));
        for bad in ["%", "%2", "%zz", "%ff", "a%C3"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }
}
