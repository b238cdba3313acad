//! The address and port that the server answers on.

use std::io::ErrorKind;
use std::net::SocketAddr;

use tokio::net::TcpListener;

use crate::cli::exit::Failure;

/// Reads an address, or says what one looks like.
pub(crate) fn address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse()
        .map_err(|_| "it has to be an IP address and a port, like 127.0.0.1:7301")
}

/// Listens, or says what to do instead. `command` is what the operator has typed, as `vahti dev`. What may mend itself, a port
/// that another program will leave or a network that is not up yet, is no mistake of the command: it can be tried again.
pub(crate) async fn listen(address: SocketAddr, command: &str) -> Result<TcpListener, Failure> {
    let cause = match TcpListener::bind(address).await {
        Ok(listener) => return Ok(listener),
        Err(cause) => cause,
    };
    let other = SocketAddr::new(address.ip(), next_port(address.port()));
    Err(match cause.kind() {
        ErrorKind::AddrInUse => Failure::cannot_tell(format!(
            "{address} is in use, perhaps by another `{command}`. Try `--listen {other}`."
        )),
        ErrorKind::PermissionDenied => Failure::wrong(format!(
            "{address} is not open to this user: ports below 1024 belong to the administrator. Try `--listen {other}`."
        )),
        ErrorKind::AddrNotAvailable => Failure::cannot_tell(format!(
            "{address} is no address of this machine. Try `--listen 127.0.0.1:{}`.",
            address.port()
        )),
        _ => Failure::cannot_tell(format!("Cannot listen on {address}: {cause}.")),
    })
}

/// As [`listen`], for the figures.
pub(crate) fn listen_now(address: SocketAddr) -> Result<TcpListener, Failure> {
    let listening = std::net::TcpListener::bind(address).and_then(|listener| {
        listener.set_nonblocking(true)?;
        TcpListener::from_std(listener)
    });
    listening.map_err(|cause| {
        Failure::cannot_tell(format!(
            "Metrics cannot be told on {address}: {cause}. Set `http.metrics_listen` to another address."
        ))
    })
}

/// A port that this user may well have.
fn next_port(port: u16) -> u16 {
    match port {
        0..1024 => 7300,
        u16::MAX => u16::MAX - 1,
        port => port + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_port_in_use_is_named_with_another_to_try() {
        let first = listen("127.0.0.1:0".parse().expect("it"), "vahti dev")
            .await
            .expect("some port");
        let taken = first.local_addr().expect("an address");
        let refused = listen(taken, "vahti dev").await.expect_err("taken").text;
        let other = next_port(taken.port());
        assert_eq!(
            refused,
            format!(
                "{taken} is in use, perhaps by another `vahti dev`. Try `--listen 127.0.0.1:{other}`."
            )
        );
    }
}
