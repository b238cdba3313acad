//! A server knows the address of whoever connects, and believes proxies by it alone.

use std::{
    io::{Read, Write},
    net::TcpStream,
    os::unix::net::UnixStream,
};

use crate::scene::Folder;

const ASK: &str = "HEAD /authz/forward-auth HTTP/1.1\r\nhost: vahti\r\nconnection: close\r\n\
    x-forwarded-method: GET\r\nx-forwarded-proto: http\r\nx-forwarded-host: 127.0.0.1:7300\r\nx-forwarded-uri: /exam\r\n";

/// The status of the answer to a question with this token.
fn status(mut stream: impl Read + Write, token: &str) -> String {
    write!(stream, "{ASK}cookie: vahti={token}\r\n\r\n").expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    answer.split(' ').nth(1).unwrap_or_default().to_owned()
}

#[test]
fn a_proxy_is_known_by_the_address_it_connects_from() {
    for (trusted, network) in [(r#"["127.0.0.1"]"#, "200"), ("[]", "403")] {
        let folder = Folder::new();
        folder.write(
            "vahti.toml",
            &format!("[http]\ntrusted_proxies = {trusted}\n"),
        );
        let key = folder.key("app", "lms");
        let server = folder.serve();
        let (_, login) = server.call(&key, "login", r#"{"user":"aino"}"#);
        let token = login["token"].as_str().expect("a token");
        let connection = TcpStream::connect(&server.address).expect("it answers");
        assert_eq!(status(connection, token), network, "{trusted}");
        let socket = UnixStream::connect(folder.join("vahti.db.sock")).expect("it answers");
        assert_eq!(
            status(socket, token),
            "403",
            "the owner's socket is no proxy's way"
        );
    }
}
