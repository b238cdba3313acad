//! Load over HTTP, as cheap as it can be made: threads that write a finished request and read as many bytes as the
//! answer has. Whoever answers is then the one who is measured.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    sync::{
        Barrier,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use crate::{measure::Start, server::keep_to};

/// A connection that stays open.
pub(crate) struct Connection {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub(crate) fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("the server accepts");
        stream.set_nodelay(true).expect("a connection");
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .expect("a connection");
        Self {
            stream,
            answer: Vec::new(),
        }
    }

    /// The whole answer to a request, of whatever length; the next ones have to be as long.
    pub(crate) fn first(&mut self, request: &[u8]) -> String {
        self.stream.write_all(request).expect("the server reads");
        let mut text = Vec::new();
        loop {
            let mut more = [0; 4096];
            let count = self.stream.read(&mut more).expect("the server answers");
            text.extend_from_slice(&more[..count]);
            let so_far = String::from_utf8_lossy(&text);
            if count == 0
                || so_far
                    .split_once("\r\n\r\n")
                    .is_some_and(|(head, body)| body.len() >= length(head))
            {
                let answer = so_far.into_owned();
                self.answer = vec![0; text.len()];
                return answer;
            }
        }
    }

    /// Asks, and reads an answer of the known length.
    pub(crate) fn ask(&mut self, request: &[u8]) {
        self.stream.write_all(request).expect("the server reads");
        self.stream
            .read_exact(&mut self.answer)
            .expect("the server answers with as many bytes");
        assert!(
            self.answer.starts_with(b"HTTP/1.1 20"),
            "{}",
            String::from_utf8_lossy(&self.answer)
        );
    }
}

fn length(head: &str) -> usize {
    let line = head.lines().find_map(|line| {
        line.to_ascii_lowercase()
            .strip_prefix("content-length:")?
            .trim()
            .parse()
            .ok()
    });
    line.unwrap_or(0)
}

/// `POST path` with this body, by the holder of `key`.
pub(crate) fn request(path: &str, key: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// The question of a proxy at `path` whether the holder of this token may go on.
pub(crate) fn question(path: &str, token: &str) -> Vec<u8> {
    format!(
        "GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: text/html\r\nx-forwarded-method: GET\r\n\
         x-forwarded-proto: http\r\nx-forwarded-host: 127.0.0.1:7300\r\nx-forwarded-uri: /exam/1?page=2\r\n\
         x-forwarded-for: 10.1.4.17\r\ncookie: vahti={token}\r\n\r\n"
    )
    .into_bytes()
}

/// Threads that do the same as often as they can.
pub(crate) struct Load {
    /// How many.
    pub(crate) threads: usize,
    /// How long.
    pub(crate) lasts: Duration,
    /// The core that they keep to.
    pub(crate) core: Option<usize>,
}

impl Load {
    /// Every thread makes what it works with, then works; gives how often in a second, all together.
    pub(crate) fn drive<S: Send>(
        &self,
        make: impl Fn(usize) -> S,
        work: impl Fn(&mut S) + Sync,
    ) -> f64 {
        let (done, over, ready) = (
            AtomicU64::new(0),
            AtomicBool::new(false),
            Barrier::new(self.threads + 1),
        );
        let (work, done, over, ready) = (&work, &done, &over, &ready);
        let start = thread::scope(|scope| {
            for number in 0..self.threads {
                let mut state = make(number);
                scope.spawn(move || {
                    self.core.iter().for_each(|core| keep_to(*core));
                    ready.wait();
                    let mut count = 0;
                    while !over.load(Ordering::Relaxed) {
                        work(&mut state);
                        count += 1;
                    }
                    done.fetch_add(count, Ordering::Relaxed);
                });
            }
            ready.wait();
            let start = Start::now();
            while let Some(left) = self.lasts.checked_sub(start.elapsed()) {
                thread::park_timeout(left);
            }
            over.store(true, Ordering::Relaxed);
            start
        });
        start.rate(done.load(Ordering::Relaxed))
    }
}
