//! The navigation that every page of the console begins with.

use super::{CONSOLE, Hall};

/// The links of the navigation.
fn links(page: &str) -> Vec<&str> {
    let (nav, _) = page.split_once("</nav>").expect("a navigation");
    nav.split("<a href=\"").skip(1).collect()
}

#[tokio::test]
async fn the_navigation_marks_the_page_that_one_is_on_and_no_other() {
    let hall = Hall::new().await;
    hall.aino().await;
    let cookie = hall.log_in().await;
    let home = hall.open(CONSOLE, &cookie).await;
    let path_of = |link: &str| link.split('"').next().unwrap_or_default().to_owned();
    let paths: Vec<_> = links(&home.text).into_iter().map(path_of).collect();
    assert_eq!(paths.len(), 9, "{paths:?}");
    let elsewhere = format!("{CONSOLE}/person?user=ahsuoran");
    for path in paths.iter().chain([&elsewhere]) {
        let page = hall.open(path, &cookie).await;
        assert_eq!(page.status, 200, "{path}");
        for link in links(&page.text) {
            let is_marked = link.contains(r#" aria-current="page""#);
            assert_eq!(is_marked, path_of(link) == *path, "{path}: {link}");
        }
    }
}
