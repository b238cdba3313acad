//! Padding in CSV: spaces between a separator and a quote. Parsers of CSV take them for a part of the field.

/// The same CSV without spaces before a quote that opens a field, and behind one that closes it.
pub(super) fn without(text: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(text.len());
    let (mut is_quoted, mut begins) = (false, true);
    let mut at = 0;
    while let Some(byte) = text.get(at).copied() {
        if is_quoted {
            is_quoted = byte != b'"';
            kept.push(byte);
            at += 1;
        } else if byte == b' ' {
            let spaces = text[at..].iter().take_while(|byte| **byte == b' ').count();
            let next = text.get(at + spaces);
            let closed =
                kept.last() == Some(&b'"') && matches!(next, None | Some(b',' | b'\r' | b'\n'));
            if !(closed || begins && next == Some(&b'"')) {
                kept.extend_from_slice(&text[at..at + spaces]);
                begins = false;
            }
            at += spaces;
        } else {
            is_quoted = byte == b'"';
            begins = matches!(byte, b',' | b'\r' | b'\n');
            kept.push(byte);
            at += 1;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_around_quotes_go_and_all_others_stay() {
        for (padded, plain) in [
            ("\"a\"  , \"b\" \r\n  \"c\"", "\"a\",\"b\"\r\n\"c\""),
            ("\" a \",\"b, \"\" c\"", "\" a \",\"b, \"\" c\""),
            ("a b, c ,\"d\"", "a b, c ,\"d\""),
            ("\"a\nb\" ,\"c\"", "\"a\nb\",\"c\""),
        ] {
            let kept = String::from_utf8(without(padded.as_bytes())).expect("text");
            assert_eq!(kept, plain, "{padded}");
        }
    }
}
