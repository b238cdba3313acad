//! What a page of the documentation shows: the blocks of code in it, as they stand.

/// The blocks of this language, in order.
pub(crate) fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let fences = page.split("```");
    let code = fences.skip(1).step_by(2);
    code.filter_map(|block| block.strip_prefix(language)?.strip_prefix('\n'))
        .collect()
}

/// The part of a page under this heading.
#[track_caller]
pub(crate) fn part<'a>(page: &'a str, heading: &str) -> &'a str {
    let level = heading.split(' ').next().unwrap_or_default();
    let rest = page.split(&format!("\n{heading}\n")).nth(1).expect(heading);
    rest.split(&format!("\n{level} ")).next().unwrap_or(rest)
}
