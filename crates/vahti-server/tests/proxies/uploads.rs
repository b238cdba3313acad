//! Bodies that are larger than what nginx takes by itself.

use crate::client;
use crate::house::House;
use crate::proxy::Kind;

#[test]
fn an_upload_of_megabytes_arrives_whole_where_the_block_of_the_application_allows_it() {
    const ASKS: &str = "auth_request /_vahti;";
    for kind in Kind::ALL {
        // The others take every size.
        let house = House::changed(kind, |text| {
            text.replacen(ASKS, &format!("{ASKS} client_max_body_size 8m;"), 1)
        });
        let (active, held) = (house.login("aino"), house.login("aino"));
        let body = "text ".repeat(1_000_000);
        let upload =
            |cookie: &str| client::ask(house.proxy.address, "POST /exam", &[cookie], &body);
        let reply = upload(&active.cookie());
        assert_eq!(reply.status, 200, "{kind:?}: {reply:?}");
        let seen = house.app.seen();
        assert_eq!(seen[0].body.len(), body.len(), "{kind:?}");
        let reply = upload(&held.cookie());
        assert_eq!(reply.status, 401, "{kind:?}: {reply:?}");
        assert!(house.app.seen().is_empty(), "{kind:?}");
    }
}
