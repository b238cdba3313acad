//! An identity that is larger than what proxies expect: whole, or not at all.

use crate::house::House;
use crate::proxy::Kind;

/// Names of groups, each of 37 bytes.
fn groups(count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("course-{number:04}-students-of-the-autumn"))
        .collect()
}

#[test]
fn somebody_in_120_groups_reaches_the_application_with_all_of_them() {
    for kind in Kind::ALL {
        let house = House::new(kind);
        let groups = groups(120);
        let session = house.login_in("aino", &groups);
        let reply = house.ask("GET /exam", &[&session.cookie()]);
        assert_eq!(reply.status, 200, "{kind:?}: {reply:?}");
        let identity = house.app.seen()[0].identity();
        assert_eq!(identity["remote-groups"], [groups.join(",")], "{kind:?}");
        assert_eq!(identity.len(), 6, "{kind:?}: {identity:?}");
    }
}

/// HAProxy has 16 KiB for all headers of a request, and 1 KiB of it for those that are added.
#[test]
fn nobody_reaches_the_application_with_a_part_of_an_identity() {
    for kind in Kind::ALL {
        let house = House::new(kind);
        let groups = groups(30);
        let session = house.login_in("aino", &groups);
        let mut refused = 0;
        for bytes in (12_000..15_800).step_by(100) {
            let junk =
                ["X-A", "X-B", "X-C"].map(|name| format!("{name}: {}", "a".repeat(bytes / 3)));
            let [a, b, c] = &junk;
            let reply = house.ask("GET /exam", &[&session.cookie(), a, b, c]);
            refused += usize::from(reply.status == 503);
            for seen in house.app.seen() {
                let identity = seen.identity();
                assert_eq!(identity.len(), 6, "{kind:?}, {bytes}: {identity:?}");
                assert_eq!(
                    identity["remote-groups"],
                    [groups.join(",")],
                    "{kind:?}, {bytes}"
                );
            }
        }
        assert_eq!(refused > 0, kind == Kind::Haproxy, "{kind:?}: {refused}");
    }
}

#[test]
fn haproxy_takes_more_when_it_is_given_the_room_that_the_page_names() {
    const PAGE: &str = include_str!("../../../../docs/proxies.md");
    let room = ["tune.bufsize 32768", "tune.maxrewrite 8192"];
    for line in room {
        assert!(PAGE.contains(&format!("`{line}`")), "{line}");
    }
    let with_room = format!("global\n{}\n", room.join("\n"));
    let house = House::changed(Kind::Haproxy, |text| {
        text.replacen("global\n", &with_room, 1)
    });
    let session = house.login_in("aino", &groups(120));
    let junk = format!("X-A: {}", "a".repeat(15_000));
    let reply = house.ask("GET /exam", &[&session.cookie(), &junk]);
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(house.app.seen()[0].identity().len(), 6);
}
