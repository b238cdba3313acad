//! Fields that a spreadsheet could take for a formula: one `'` is put before them.

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

#[cfg(test)]
mod tests {
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
}
