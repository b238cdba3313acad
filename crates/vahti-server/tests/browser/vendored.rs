//! What others wrote and the binary serves is what they published, byte for byte.

use std::{fs, path::Path};

#[test]
fn the_decoder_is_what_its_package_holds() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let package = here.join("../../target/tools/node/node_modules/qr");
    let read = |path: &Path| fs::read(path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let vendored = here.join("assets/vendor/qr-0.7.0");
    let about: serde_json::Value =
        serde_json::from_slice(&read(&package.join("package.json"))).expect("its description");
    assert_eq!(about["version"], "0.7.0");
    assert_eq!(about["license"], "(MIT OR Apache-2.0)");
    let mut files = 0;
    for file in fs::read_dir(&vendored).expect("a folder") {
        let name = file.expect("a file").file_name();
        assert!(
            read(&vendored.join(&name)) == read(&package.join(&name)),
            "{name:?} is not as it was published"
        );
        files += 1;
    }
    assert_eq!(files, 4, "the decoder, what it imports, and two licences");
}
