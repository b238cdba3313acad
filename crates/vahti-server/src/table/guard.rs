//! Fields that a spreadsheet could take for a formula: one `'` is put before them, and taken off when they are read.

/// Whether a spreadsheet could take the field for a formula, or for a formula behind a guard. With the guards counted in,
/// taking one `'` off always gives back what it was put before.
fn is_formula(field: &str) -> bool {
    field
        .trim_start_matches('\'')
        .starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// The field, as no spreadsheet takes it for a formula.
pub(crate) fn guard(field: String) -> String {
    if is_formula(&field) {
        format!("'{field}")
    } else {
        field
    }
}

/// What was guarded.
pub(crate) fn unguard(field: &str) -> &str {
    field
        .strip_prefix('\'')
        .filter(|rest| is_formula(rest))
        .unwrap_or(field)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_field_is_never_a_formula_and_never_loses_anything() {
        for formula in ["=1+1", "+1", "-1", "@a", "\tx", "\rx", "'=1", "''@"] {
            assert_eq!(guard(formula.to_owned()), format!("'{formula}"));
        }
        for plain in ["", "a=1", "'a", "1-1", "'", "''"] {
            assert_eq!(guard(plain.to_owned()), plain);
        }
    }

    proptest! {
        #[test]
        fn guarding_is_undone_by_unguarding(field in "['=+@a\\-\t\r]{0,6}|\\PC{0,12}") {
            let guarded = guard(field.clone());
            prop_assert!(!guarded.starts_with(['=', '+', '-', '@', '\t', '\r']));
            prop_assert_eq!(unguard(&guarded), field.as_str());
        }

        #[test]
        fn what_is_read_is_written_again(field in "['=+@a\\-\t\r]{1,6}") {
            let could_be_written = !field.starts_with(['=', '+', '-', '@', '\t', '\r']);
            prop_assume!(could_be_written);
            prop_assert_eq!(guard(unguard(&field).to_owned()), field);
        }
    }
}
