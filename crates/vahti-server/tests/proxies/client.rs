//! A client that sends any bytes, also those that no browser would, and reads one answer.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpStream},
    time::Duration,
};

use crate::scene::PATIENCE;

/// How long a proxy may wait for the rest of a request before the client hangs up.
const REST: Duration = Duration::from_millis(700);

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Reply {
    /// The value of a header, if it is there.
    pub(crate) fn header(&self, wanted: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case(wanted).then(|| value.trim())
        })
    }
}

/// Asks as a well-behaved client does. `headers` are whole lines.
#[track_caller]
pub(crate) fn ask(proxy: SocketAddr, line: &str, headers: &[&str], body: &str) -> Reply {
    let mut request = format!("{line} HTTP/1.1\r\nHost: {proxy}\r\nConnection: close\r\n");
    for header in headers {
        request.push_str(header);
        request.push_str("\r\n");
    }
    if !body.is_empty() {
        request.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    request.push_str("\r\n");
    request.push_str(body);
    let stream = sent(proxy, request.as_bytes(), PATIENCE);
    let reply = read(&mut BufReader::new(&stream), line.starts_with("HEAD"));
    reply.unwrap_or_else(|| panic!("no answer to {request}"))
}

/// Sends a request that may be broken. Nothing comes back when the proxy closes the door without a word.
pub(crate) fn send_broken(proxy: SocketAddr, request: &[u8]) -> Option<Reply> {
    let stream = sent(proxy, request, REST);
    let mut input = BufReader::new(&stream);
    if input.fill_buf().is_err() {
        let _ = stream.shutdown(Shutdown::Write);
        stream
            .set_read_timeout(Some(PATIENCE))
            .expect("a time limit");
    }
    read(&mut input, request.starts_with(b"HEAD"))
}

/// A connection with this request on its way. A read waits so long at most.
fn sent(proxy: SocketAddr, request: &[u8], patience: Duration) -> TcpStream {
    let mut stream = TcpStream::connect(proxy).expect("the proxy listens");
    // It may have answered and closed before it has read all.
    let _ = stream.write_all(request);
    stream
        .set_read_timeout(Some(patience))
        .expect("a time limit");
    stream
}

fn read(input: &mut BufReader<&TcpStream>, is_head: bool) -> Option<Reply> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        let mut line = Vec::new();
        if input.read_until(b'\n', &mut line).ok()? == 0 {
            return None;
        }
        head.push_str(&String::from_utf8_lossy(&line));
        if head.starts_with("HTTP/1.1 100 ") && head.ends_with("\r\n\r\n") {
            head.clear();
        }
    }
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let mut reply = Reply {
        status,
        head,
        body: String::new(),
    };
    let length = reply
        .header("content-length")
        .and_then(|length| length.parse().ok());
    if !is_head && ![204, 304].contains(&status) {
        // The rest of a chunked answer ends with the connection; its frame around the text does no harm here.
        let mut body = Vec::new();
        let _ = input
            .take(length.unwrap_or(u64::MAX))
            .read_to_end(&mut body);
        reply.body = String::from_utf8_lossy(&body).into_owned();
    }
    Some(reply)
}
