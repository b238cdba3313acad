//! Short codes: eight digits that can be read aloud and typed. The last one is a check digit, so that a slip of the
//! tongue or of a finger is told at once and never names somebody else's screen.
//!
//! Which screen shows which code is known elsewhere; a code by itself says nothing.

use core::{fmt, str::FromStr};

/// The quasigroup of the check digit (H. M. Damm, 2004): it finds every wrong digit and every swap of two neighbours.
const DAMM: [[u8; 10]; 10] = [
    [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
    [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
    [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
    [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
    [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
    [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
    [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
    [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
    [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
    [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];

/// How many codes there are.
pub const SHORT_CODES: u32 = 10_000_000;

/// Eight digits, the last of them the check digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ShortCode(u32);

/// Why a text is no short code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoShortCode {
    /// It is not eight digits.
    #[error("a short code has eight digits")]
    NotEightDigits,
    /// The check digit does not fit: a digit is wrong, or two are swapped.
    #[error("the digits hold a typing error")]
    Mistyped,
}

impl ShortCode {
    /// The code with this number: the remainder by [`SHORT_CODES`] counts.
    #[must_use]
    pub fn from_number(number: u32) -> Self {
        let payload = number % SHORT_CODES;
        let digits = (0..7).rev().map(|place| payload / 10_u32.pow(place) % 10);
        Self(payload * 10 + u32::from(check(digits)))
    }
}

/// The check digit of these digits; 0 for digits that end in their own.
fn check(digits: impl Iterator<Item = u32>) -> u8 {
    digits.fold(0, |interim, digit| {
        DAMM[usize::from(interim)][(digit % 10) as usize]
    })
}

impl FromStr for ShortCode {
    type Err = NoShortCode;

    /// Spaces and hyphens between the digits are as good as none.
    fn from_str(text: &str) -> Result<Self, NoShortCode> {
        let between = |c: &char| !matches!(c, ' ' | '-' | '\u{a0}' | '\u{202f}');
        let digits: Option<Vec<_>> = text
            .chars()
            .filter(between)
            .map(|c| c.to_digit(10))
            .collect();
        let digits = digits.filter(|digits| digits.len() == 8);
        let digits = digits.ok_or(NoShortCode::NotEightDigits)?;
        if check(digits.iter().copied()) != 0 {
            return Err(NoShortCode::Mistyped);
        }
        Ok(Self(digits.iter().fold(0, |code, digit| code * 10 + digit)))
    }
}

impl fmt::Display for ShortCode {
    /// In two groups of four: `1234 5674`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04} {:04}", self.0 / 10_000, self.0 % 10_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes() -> impl Iterator<Item = (ShortCode, String)> {
        let numbers = (0..SHORT_CODES).step_by(99_991).chain([SHORT_CODES - 1]);
        numbers.map(|number| {
            let code = ShortCode::from_number(number);
            (code, code.to_string().replace(' ', ""))
        })
    }

    #[test]
    fn a_code_is_read_back_however_its_digits_are_grouped() {
        for (code, digits) in codes() {
            assert_eq!(digits.len(), 8);
            assert_eq!(digits.parse(), Ok(code));
            assert_eq!(code.to_string().parse(), Ok(code));
            let grouped = format!(" {}-{}\u{a0}{} ", &digits[..2], &digits[2..5], &digits[5..]);
            assert_eq!(grouped.parse(), Ok(code));
        }
    }

    #[test]
    fn one_wrong_digit_is_always_found() {
        for (_, digits) in codes() {
            for (place, right) in digits.char_indices() {
                for wrong in ('0'..='9').filter(|wrong| *wrong != right) {
                    let mut typed = digits.clone();
                    typed.replace_range(place..=place, &wrong.to_string());
                    assert_eq!(typed.parse::<ShortCode>(), Err(NoShortCode::Mistyped));
                }
            }
        }
    }

    #[test]
    fn two_swapped_neighbours_are_always_found() {
        for (_, digits) in codes() {
            for place in 0..7 {
                let (one, two) = (&digits[place..=place], &digits[place + 1..place + 2]);
                let typed = format!("{}{two}{one}{}", &digits[..place], &digits[place + 2..]);
                let found = typed.parse::<ShortCode>().err();
                assert_eq!(
                    found,
                    (one != two).then_some(NoShortCode::Mistyped),
                    "{typed}"
                );
            }
        }
    }

    #[test]
    fn what_is_not_eight_digits_is_no_code() {
        for text in [
            "",
            "1234567",
            "123456789",
            "1234567a",
            "١٢٣٤٥٦٧٨",
            "aino#seat-17",
        ] {
            assert_eq!(
                text.parse::<ShortCode>(),
                Err(NoShortCode::NotEightDigits),
                "{text}"
            );
        }
    }
}
