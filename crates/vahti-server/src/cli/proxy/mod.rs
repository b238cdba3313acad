//! The configurations of proxies that `vahti init` writes. The files beside this one are the only source: the
//! documentation shows them as they are, and the tests run them. It starts no proxy and edits no file of one.

/// A proxy that can ask Vahti.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Proxy {
    /// nginx, with its module `auth_request`.
    Nginx,
    /// Caddy, with `forward_auth`.
    Caddy,
    /// HAProxy, with a Lua script.
    Haproxy,
    /// Traefik, with its middleware `forwardAuth`.
    Traefik,
    /// Envoy, with its filter `ext_authz`.
    Envoy,
}

/// A file to write: its name, and what is in it.
pub(super) type File = (&'static str, &'static str);

const DOWN: File = ("down.html", include_str!("down.html"));

impl Proxy {
    /// Its files; the first is its configuration.
    pub(super) const fn files(self) -> &'static [File] {
        match self {
            Self::Nginx => &[("vahti.conf", include_str!("nginx.conf")), DOWN],
            Self::Caddy => &[("Caddyfile", include_str!("Caddyfile")), DOWN],
            Self::Haproxy => &[
                ("haproxy.cfg", include_str!("haproxy.cfg")),
                ("vahti.lua", include_str!("vahti.lua")),
                DOWN,
            ],
            Self::Traefik => &[("traefik.toml", include_str!("traefik.toml"))],
            Self::Envoy => &[("envoy.yaml", include_str!("envoy.yaml"))],
        }
    }
}

#[cfg(test)]
mod tests;
