//! A program that listens, for as long as a test needs it.

use std::{
    fs::{self, File},
    net::{SocketAddr, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use crate::scene::{Folder, PATIENCE};

/// A running program; killed when it is dropped.
pub(crate) struct Running {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Running {
    /// Starts it, and waits until it listens on `address`. What it says goes to a file in the folder.
    pub(crate) fn start(mut command: Command, folder: &Folder, address: SocketAddr) -> Self {
        let name = command.get_program().to_string_lossy().into_owned();
        let said = folder.join(&format!("said-{}", address.port()));
        let said_to = File::create(&said).expect("a file");
        let mut child = command
            .stdin(Stdio::null())
            .stdout(said_to.try_clone().expect("a file"))
            .stderr(said_to)
            .spawn()
            .unwrap_or_else(|cause| {
                panic!("{name} does not start: {cause}; `cargo xtask test` installs it")
            });
        let attempts = PATIENCE.as_millis() / 10;
        for _ in 0..attempts {
            if TcpStream::connect(address).is_ok() {
                return Self { child, address };
            }
            if let Ok(Some(status)) = child.try_wait() {
                let said = fs::read_to_string(&said).unwrap_or_default();
                panic!("{name} ended with {status}: {said}");
            }
            pause();
        }
        let _ = child.kill();
        panic!("{name} does not listen on {address}");
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "nothing tells when a program listens"
)]
fn pause() {
    // waits: nothing tells when the program listens
    thread::sleep(Duration::from_millis(10));
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
