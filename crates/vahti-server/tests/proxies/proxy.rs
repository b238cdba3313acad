//! A real proxy with what `vahti init` writes for it. Only addresses and folders are put in place of the written ones;
//! what stands around it (pid files, folders for temporary files, no administration) is what an installation has anyway.

use std::{fs, net::SocketAddr, path::Path, process::Command};

use crate::running::Running;
use crate::scene::Folder;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    Nginx,
    Caddy,
    Haproxy,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Nginx, Self::Caddy, Self::Haproxy];

    /// Its name for `vahti init`, and the file that is its configuration.
    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Nginx => ("nginx", "vahti.conf"),
            Self::Caddy => ("caddy", "Caddyfile"),
            Self::Haproxy => ("haproxy", "haproxy.cfg"),
        }
    }

    /// The line that says where it listens, as it is written and as it is needed.
    fn listen(self, address: SocketAddr) -> (&'static str, String) {
        match self {
            Self::Nginx => ("listen 80;", format!("listen {address};")),
            Self::Caddy => ("\n:80 {", format!("\nhttp://:{} {{", address.port())),
            Self::Haproxy => ("bind :80\n", format!("bind {address}\n")),
        }
    }

    /// What has to stand before its configuration.
    fn around(self, folder: &Path, address: SocketAddr, text: &str) -> String {
        let folder = folder.display();
        let ip = address.ip();
        match self {
            Self::Nginx => {
                let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
                    .map(|kind| format!("{kind}_temp_path {folder}/{kind};\n"))
                    .concat();
                format!(
                    "daemon off;\nmaster_process off;\npid {folder}/nginx.pid;\nerror_log {folder}/log;\n\
                     events {{ worker_connections 4096; }}\nhttp {{\naccess_log off;\n{temporary}{text}}}\n"
                )
            }
            Self::Caddy => {
                format!("{{\nadmin off\nauto_https off\ndefault_bind {ip}\n}}\n{text}")
            }
            Self::Haproxy => text.to_owned(),
        }
    }

    fn command(self, folder: &Path, file: &Path) -> Command {
        let mut command = Command::new(self.names().0);
        match self {
            Self::Nginx => command.arg("-e").arg(folder.join("log")).arg("-c"),
            Self::Caddy => command.args(["run", "--adapter", "caddyfile", "--config"]),
            Self::Haproxy => command.args(["-db", "-f"]),
        };
        command.arg(file).current_dir(folder);
        for place in ["HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"] {
            command.env(place, folder);
        }
        command
    }
}

/// Starts it on `address`, with `change` made to its configuration.
pub(crate) fn start(
    kind: Kind,
    folder: &Folder,
    [address, gate, app]: [SocketAddr; 3],
    change: impl FnOnce(String) -> String,
) -> Running {
    let (name, file) = kind.names();
    folder.vahti(&["init", "--proxy", name]).done();
    let mut text = change(fs::read_to_string(folder.join(file)).expect("written"));
    let (listens, shall_listen) = kind.listen(address);
    for (written, needed) in [
        ("127.0.0.1:7300", gate.to_string()),
        ("127.0.0.1:8080", app.to_string()),
        ("/etc/vahti", folder.path().display().to_string()),
        (listens, shall_listen),
    ] {
        assert!(text.contains(written), "{written} is not in {text}");
        text = text.replace(written, &needed);
    }
    folder.write(file, &kind.around(folder.path(), address, &text));
    let command = kind.command(folder.path(), &folder.join(file));
    Running::start(command, folder, address)
}
