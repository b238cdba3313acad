//! A house with one door: the application, the gate, and the proxy in front of both.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener},
    process,
    sync::atomic::{AtomicU8, Ordering},
};

use serde_json::Value;

use crate::app::App;
use crate::client::{self, Reply};
use crate::proxy::{self, Kind};
use crate::running::Running;
use crate::scene::{Folder, Server, command};

/// The path that the houses of these tests keep open to everybody.
pub(crate) const OPEN: &str = "/open/help";

pub(crate) struct House {
    pub(crate) folder: Folder,
    pub(crate) app: App,
    pub(crate) proxy: Running,
    gate: Option<Server>,
    pub(crate) gate_address: SocketAddr,
    pub(crate) app_key: String,
    pub(crate) supervisor_key: String,
}

/// A login: what the browser keeps, and its name.
pub(crate) struct Session {
    pub(crate) token: String,
    pub(crate) id: String,
    pub(crate) state: String,
}

impl Session {
    /// The header by which a browser shows it.
    pub(crate) fn cookie(&self) -> String {
        format!("Cookie: vahti={}", self.token)
    }
}

impl House {
    pub(crate) fn new(kind: Kind) -> Self {
        Self::changed(kind, |text| text)
    }

    /// With a change in the proxy's configuration.
    pub(crate) fn changed(kind: Kind, change: impl FnOnce(String) -> String) -> Self {
        Self::furnished(kind, "", change)
    }

    /// With more in the configuration of the gate, and a change in that of the proxy.
    pub(crate) fn furnished(kind: Kind, more: &str, change: impl FnOnce(String) -> String) -> Self {
        let folder = Folder::new();
        let ip = own_address();
        let [address, gate_address] = free_ports(ip);
        folder.write(
            "vahti.toml",
            &format!(
                "[http]\npublic_url = \"http://{address}\"\n[sessions]\nheld_max_per_user = 30\n[bypass]\npaths = [\"{OPEN}\"]\n{more}"
            ),
        );
        let app_key = folder.key("app", "lms");
        let supervisor_key = folder.key("supervisor", "hall");
        let gate = start_gate(&folder, gate_address);
        let app = App::start(ip);
        let proxy = proxy::start(kind, &folder, [address, gate_address, app.address], change);
        Self {
            folder,
            app,
            proxy,
            gate: Some(gate),
            gate_address,
            app_key,
            supervisor_key,
        }
    }

    /// A login of this user. The second and later ones are held.
    #[track_caller]
    pub(crate) fn login(&self, user: &str) -> Session {
        self.login_in(user, &["students", "2026"])
    }

    /// The same, in these groups.
    #[track_caller]
    pub(crate) fn login_in(&self, user: &str, groups: &[impl AsRef<str>]) -> Session {
        let groups: Vec<_> = groups.iter().map(AsRef::as_ref).collect();
        let body = serde_json::json!({
            "user": user, "name": "Aino Suoranta", "email": "aino@example.org", "groups": groups,
        });
        let (status, answer) = self.gate().call(&self.app_key, "login", &body.to_string());
        assert_eq!(status, 201, "{answer}");
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        Session {
            token: text(&answer["token"]),
            id: text(&answer["session"]["id"]),
            state: text(&answer["session"]["state"]),
        }
    }

    /// A command of a supervisor about this session.
    #[track_caller]
    pub(crate) fn supervise(&self, verb: &str, body: &Value) {
        let (status, answer) = self
            .gate()
            .call(&self.supervisor_key, verb, &body.to_string());
        assert_eq!(status, 200, "{answer}");
    }

    /// Asks the proxy, as a well-behaved client does.
    #[track_caller]
    pub(crate) fn ask(&self, line: &str, headers: &[&str]) -> Reply {
        client::ask(self.proxy.address, line, headers, "")
    }

    /// The gate is stopped, `meanwhile` runs, and it is started again on its address.
    pub(crate) fn without_gate(self, meanwhile: impl FnOnce(SocketAddr)) -> Self {
        let house = self.stop_gate();
        meanwhile(house.proxy.address);
        house.start_gate()
    }

    /// The gate is stopped.
    pub(crate) fn stop_gate(mut self) -> Self {
        let gate = self.gate.take().expect("a gate");
        assert!(gate.stop().success());
        self
    }

    /// The gate is started again on its address.
    pub(crate) fn start_gate(mut self) -> Self {
        self.gate = Some(start_gate(&self.folder, self.gate_address));
        self
    }

    /// The gate that runs.
    #[track_caller]
    pub(crate) fn gate(&self) -> &Server {
        self.gate.as_ref().expect("it runs")
    }
}

fn start_gate(folder: &Folder, address: SocketAddr) -> Server {
    Server::start(command(
        folder.path(),
        &["serve", "--listen", &address.to_string()],
    ))
}

/// A loopback address that no other test and no other program uses, so that a port that is free stays free.
pub(crate) fn own_address() -> IpAddr {
    static NEXT: AtomicU8 = AtomicU8::new(1);
    let [_, _, high, low] = process::id().to_be_bytes();
    Ipv4Addr::new(127, high.max(1), low, NEXT.fetch_add(1, Ordering::SeqCst)).into()
}

pub(crate) fn free_ports<const N: usize>(address: IpAddr) -> [SocketAddr; N] {
    let listeners = [(); N].map(|()| TcpListener::bind((address, 0)).expect("a free port"));
    listeners.map(|listener| listener.local_addr().expect("an address"))
}
