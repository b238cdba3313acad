//! QR codes as pictures that stand in a page (ISO/IEC 18004): black on white whatever the colours around them, with the four
//! modules of white that a camera needs, and a quarter of the code to spare (level Q).

use std::fmt::Write as _;

use fast_qr::{ECL, QRBuilder};

/// The white around the code, in modules.
const QUIET: usize = 4;

/// The picture of a text, as an SVG element that needs no style; none if the text is too long for a code.
pub(crate) fn svg(text: &str) -> Option<String> {
    let code = QRBuilder::new(text).ecl(ECL::Q).build().ok()?;
    let side = code.size + 2 * QUIET;
    let mut svg = format!(
        r##"<svg viewBox="0 0 {side} {side}" shape-rendering="crispEdges" aria-hidden="true"><path fill="#fff" d="M0 0h{side}v{side}H0z"/><path fill="#000" d=""##
    );
    for y in 0..code.size {
        let mut x = 0;
        for run in code[y].chunk_by(|a, b| a.value() == b.value()) {
            if run.iter().any(|module| module.value()) {
                let (x, y, length) = (x + QUIET, y + QUIET, run.len());
                let _ = write!(svg, "M{x} {y}h{length}v1h-{length}z");
            }
            x += run.len();
        }
    }
    svg.push_str(r#""/></svg>"#);
    Some(svg)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_is_the_code_with_its_quiet_zone() {
        let text = "https://exam.example.org/vahti/s/seat-17.AAAAAAAAAAAAAAAAAAAAAA";
        let code = QRBuilder::new(text).ecl(ECL::Q).build().expect("a code");
        let svg = svg(text).expect("a picture");
        let side = code.size + 8;
        assert!(svg.starts_with(&format!(r#"<svg viewBox="0 0 {side} {side}""#)));
        // Paint it again from the path, and compare.
        let mut painted = vec![false; side * side];
        let path = svg.split("d=\"").nth(2).expect("a path");
        for run in path.split("\"").next().expect("it").split('M').skip(1) {
            let (at, rest) = run.split_once('h').expect("a run");
            let (x, y) = at.split_once(' ').expect("a place");
            let length = rest.split_once('v').expect("a length").0;
            let (x, y): (usize, usize) = (x.parse().expect("x"), y.parse().expect("y"));
            for x in x..x + length.parse::<usize>().expect("a length") {
                painted[y * side + x] = true;
            }
        }
        for y in 0..side {
            for x in 0..side {
                let inside = |at: usize| (QUIET..QUIET + code.size).contains(&at);
                let dark = inside(x) && inside(y) && code[y - QUIET][x - QUIET].value();
                assert_eq!(painted[y * side + x], dark, "{x}, {y}");
            }
        }
        assert_eq!(super::svg(&"x".repeat(5_000)), None);
    }
}
