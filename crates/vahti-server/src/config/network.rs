//! Parser of networks: an IP address, or one with the length of its prefix.

use std::net::IpAddr;

use ipnet::IpNet;

use super::mistake::Wrong;
use super::raw::{Raw, shown};
use super::text::text;

/// A network, or an address alone. Bits behind the prefix are a mistake: somebody meant another network, or one host.
pub(super) fn network(raw: &Raw) -> Result<IpNet, Wrong> {
    let text = text(raw)?;
    let alone = text.parse::<IpAddr>().map(IpNet::from);
    let Ok(network) = alone.or_else(|_| text.parse::<IpNet>()) else {
        return Err(Wrong::new(
            format!("{} is neither an IP address nor a network.", shown(text)),
            "Write \"10.0.0.7\", \"10.0.0.0/8\", \"::1\" or \"fd00::/8\".",
        ));
    };
    if network != network.trunc() {
        return Err(Wrong::new(
            format!("{} has bits behind its prefix.", shown(text)),
            format!("Write \"{}\", or the address alone.", network.trunc()),
        ));
    }
    Ok(network)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_an_address_with_or_without_a_prefix() {
        let read = |text: &str| network(&Raw::Text(text.to_owned())).ok();
        for (text, known) in [
            ("127.0.0.0/8", "127.0.0.0/8"),
            ("10.0.0.7", "10.0.0.7/32"),
            ("::1", "::1/128"),
            ("0.0.0.0/0", "0.0.0.0/0"),
        ] {
            assert_eq!(
                read(text).map(|net| net.to_string()).as_deref(),
                Some(known)
            );
        }
        for wrong in [
            "",
            "localhost",
            "10.0.0.7/8",
            "10.0.0.0/33",
            "10.0.0.0-10.0.0.9",
            "*",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
