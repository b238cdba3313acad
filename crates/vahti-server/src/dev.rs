//! `vahti dev`: a server to try out, with everything it makes in one folder; what to open in the browser, and the lines to
//! copy. It answers on loopback, and to other devices only when it is told to.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use fast_qr::QRBuilder;
use vahti::{Caller, Error, Vahti};
use vahti_core::{How, Role, SessionId, SupervisorName};

use crate::cli::exit::Failure;
use crate::cli::output;
use crate::cli::settings::{self, Environment, shown};
use crate::config::DEFAULT_FILE;
use crate::http;
use crate::pages::DEMO;
use crate::serve::{LogFormat, Server, address, listen, open_to_serve, start_logs};
use crate::sites::{Site, Sites};

/// Try Vahti out: a server on this machine, with pages to open, two keys and lines to copy
#[derive(Debug, Args)]
#[command(after_help = "\
Everything it makes is in one folder. The next start goes on there, with the same keys; delete the
folder to begin anew.

Examples:
  vahti dev --dir /tmp/vahti-dev --listen 127.0.0.1:7301
  vahti dev --lan")]
pub(crate) struct Dev {
    /// The loopback address and port to answer on; port 0 takes any free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7300", value_parser = address)]
    listen: SocketAddr,
    /// Answer the whole network, on the port of --listen, so that your own phone is the supervisor. Anybody there can
    /// log in to the demo: for trying out only. ADDRESS is the one that others reach this machine by, if it is not found
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1, require_equals = true)]
    #[expect(
        clippy::option_option,
        reason = "the flag is absent, alone, or has a value"
    )]
    lan: Option<Option<IpAddr>>,
    /// The folder for all it makes
    #[arg(long, value_name = "FOLDER", default_value = "vahti-dev")]
    dir: PathBuf,
}

impl Dev {
    /// Serves until a signal.
    pub(crate) async fn run(self, environment: &Environment) -> Result<(), Failure> {
        if !self.listen.ip().is_loopback() {
            return Err(Failure::wrong(format!(
                "`vahti dev` answers on this machine only, and {} is open to others. Take 127.0.0.1 or [::1]; with --lan it \
                 answers the network that this machine is in.",
                self.listen.ip()
            )));
        }
        start_logs(environment, LogFormat::Text, "warn")?;
        let network = self.network()?;
        let open_to = network.map_or(self.listen.ip(), everybody);
        let listener = listen(SocketAddr::new(open_to, self.listen.port()), "vahti dev").await?;
        let listens = listener
            .local_addr()
            .map_err(|cause| Failure::cannot_tell(format!("Cannot start: {cause}.")))?;
        let address = SocketAddr::new(network.unwrap_or(listens.ip()), listens.port());
        let file = self.file().map_err(|cause| {
            Failure::wrong(format!("{} cannot be used: {cause}.", self.dir.display()))
        })?;
        let flags = [
            ("http.listen", listens.to_string()),
            ("http.public_url", format!("http://{address}")),
            ("store.url", "sqlite:vahti.db".to_owned()),
            ("pages.login_url", DEMO.to_owned()),
        ]
        .map(|(key, value)| (key.to_owned(), value));
        let config = settings::load(Some(&file), environment, &flags)?;
        let opened = open_to_serve(&config)
            .await
            .map_err(|closed| Failure::cannot_tell(closed.sentence(&config.store.path)))?;
        let server = Server::start(&config, opened, listener, http::router_with_demo).await?;
        let keys = Keys::of(server.vahti(), &self.dir.join("keys")).await?;
        let story = Story::fresh(server.vahti()).await;
        let console = invitation(server.vahti(), Sites::of(&config).public()).await?;
        let place = Place {
            address,
            is_open: network.is_some(),
            console: &console,
            folder: &self.dir,
            file: &file,
        };
        let _ = output::print(story.text(&place, &keys));
        server.run().await
    }

    /// The address by which others in the network reach this machine, if they may.
    fn network(&self) -> Result<Option<IpAddr>, Failure> {
        match self.lan {
            None => Ok(None),
            Some(Some(given)) => Ok(Some(given)),
            Some(None) => own_address().map(Some).map_err(|cause| {
                Failure::cannot_tell(format!(
                    "The address of this machine in the network was not found ({cause}). Name it: --lan=192.168.1.17."
                ))
            }),
        }
    }

    /// The folder's configuration; made, with the folder, where it is not there yet.
    fn file(&self) -> io::Result<PathBuf> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.dir)?;
        let file = self.dir.join("vahti.toml");
        if !file.exists() {
            fs::write(&file, DEFAULT_FILE)?;
        }
        Ok(file)
    }
}

/// Every address of this machine, of the kind of this one.
fn everybody(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    }
}

/// The address from which this machine would send into the network. Nothing is sent: the other end is an address that is
/// kept for documentation (RFC 5737).
fn own_address() -> io::Result<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9))?;
    Ok(socket.local_addr()?.ip())
}

/// For how long a start of `vahti dev` invites a supervisor.
const INVITED: Duration = Duration::from_secs(12 * 3600);

/// A link that logs one browser in to the console, once.
async fn invitation(vahti: &Vahti, site: Site<'_>) -> Result<String, Failure> {
    let failed = |error: String| {
        Failure::cannot_tell(format!("Nobody was invited to the console: {error}."))
    };
    let caller = Caller::named("dev", How::Cli);
    let mut number = 1;
    loop {
        let name = SupervisorName::new(&numbered("supervisor", number));
        let name = name.map_err(|error| failed(error.to_string()))?;
        let invited = vahti.invite_supervisor(&caller, name, INVITED, Vec::new());
        match invited.await {
            Ok(invited) => return Ok(site.invitation(&invited.secret)),
            Err(Error::SupervisorNameTaken(_)) => number += 1,
            Err(error) => return Err(failed(error.to_string())),
        }
    }
}

/// The two keys of the folder.
struct Keys {
    app: String,
    supervisor: String,
}

impl Keys {
    /// The keys that the folder's file holds, if they are still right; else new ones, which are kept there.
    async fn of(vahti: &Vahti, file: &Path) -> Result<Self, Failure> {
        let kept = fs::read_to_string(file).unwrap_or_default();
        let mut kept = kept.lines();
        let (app, supervisor) = (kept.next(), kept.next());
        let keys = Self {
            app: Self::one(vahti, Role::App, app).await?,
            supervisor: Self::one(vahti, Role::Supervisor, supervisor).await?,
        };
        keys.keep(file).map_err(|cause| {
            Failure::cannot_tell(format!("{} cannot be written: {cause}.", file.display()))
        })?;
        Ok(keys)
    }

    async fn one(vahti: &Vahti, role: Role, kept: Option<&str>) -> Result<String, Failure> {
        if let Some(text) = kept
            && vahti.key(text).is_some_and(|key| key.role == role)
        {
            return Ok(text.to_owned());
        }
        let caller = Caller::named("dev", How::Cli);
        for number in 1_u32.. {
            let name = numbered(role.as_str(), number);
            match vahti.create_key(&caller, &name, role, Vec::new()).await {
                Err(Error::KeyNameTaken(_)) => {}
                made => {
                    return made.map_err(|error| {
                        Failure::cannot_tell(format!("No key was made: {error}."))
                    });
                }
            }
        }
        Err(Failure::cannot_tell("Every name of a key is taken."))
    }

    fn keep(&self, file: &Path) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        writeln!(options.open(file)?, "{}\n{}", self.app, self.supervisor)
    }
}

/// The names of the story that a newcomer plays: a person, the session at home, the one in the hall. Once they are used
/// in this folder, the next start tells it with other names.
struct Story {
    user: String,
    home: String,
    seat: String,
}

/// Where the server is.
struct Place<'a> {
    address: SocketAddr,
    /// Whether others in the network reach it.
    is_open: bool,
    /// The link that logs a supervisor in, once.
    console: &'a str,
    folder: &'a Path,
    file: &'a Path,
}

impl Story {
    async fn fresh(vahti: &Vahti) -> Self {
        let mut number = 1;
        loop {
            let story = Self {
                user: numbered("aino", number),
                home: numbered("home", number),
                seat: format!("seat-{}", 16 + number),
            };
            if !is_used(vahti, &story.home).await && !is_used(vahti, &story.seat).await {
                return story;
            }
            number += 1;
        }
    }

    /// What a newcomer reads. Every line can be copied as it is; all they need is curl.
    fn text(&self, place: &Place<'_>, keys: &Keys) -> String {
        let Place {
            address,
            is_open,
            console,
            folder,
            file,
        } = *place;
        let Self { user, home, seat } = self;
        let (folder, file) = (folder.display(), shown(&file.display().to_string()));
        let phone = QRBuilder::new(console).build().map(|code| code.to_str());
        let phone = phone.ok().filter(|_| is_open).map(|code| {
            format!(
                "With a phone in this network, open it with the phone's own camera; it shows the codes of the screens, too:\n\
                 \n{code}\n\
                 Anybody in this network can log in. Stop it when you have seen enough.\n"
            )
        });
        let phone = phone.unwrap_or_default();
        let of = |session: &str| format!(r#"'{{"user":"{user}","session_id":"{session}"}}'"#);
        let step = |key: &str, verb: &str, session: &str, remark: &str| {
            let width = r#"'{"user":"","session_id":""}'"#.len() + user.len() + seat.len();
            format!(
                "  post ${key} {verb:<6} {:<width$}  # {remark}\n",
                of(session)
            )
        };
        let steps = [
            step("APP", "login", home, "logs in at home: active"),
            step("APP", "login", seat, "and in the exam hall: held"),
            step("APP", "check", seat, "may this request go on? hold"),
            step("SUP", "verify", seat, "a supervisor lets the seat in"),
            step("APP", "check", home, "and home waits from now on: hold"),
        ]
        .concat();
        format!(
            "Vahti answers on http://{address}. Everything it makes is in the folder {folder}. Ctrl-C stops it.\n\
             \n\
             In the browser: log in at http://{address}{DEMO} under any name, and once more under the same name in another\n\
             browser or in a private window. That one waits. Let it in as the supervisor; this link opens the console, once:\n\
             {console}\n\
             {phone}\n\
             In another terminal, copy this first:\n\
             \n  \
             export V=http://{address}\n  \
             export APP={}\n  \
             export SUP={}\n  \
             post() {{ curl -sS \"$V/v1/$2\" -H \"Authorization: Bearer $1\" --json \"$3\"; echo; }}\n\
             \n\
             Then one line after the other:\n\
             \n\
             {steps}\
             \n\
             What happened:  vahti events --config {file}\n",
            keys.app, keys.supervisor
        )
    }
}

async fn is_used(vahti: &Vahti, id: &str) -> bool {
    let reader = Caller::named("dev", How::Cli);
    match SessionId::new(id) {
        Ok(id) => vahti.session(&reader, &id).await.is_ok(),
        Err(_) => false,
    }
}

/// `name`, `name-2`, `name-3`, …
fn numbered(name: &str, number: u32) -> String {
    match number {
        1 => name.to_owned(),
        number => format!("{name}-{number}"),
    }
}
