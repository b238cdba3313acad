//! The owner's socket: beside the database, `vahti.db.sock`. Who may open the database's file may connect to it, and is
//! served as `admin`; nobody else can, at no moment.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use tokio::net::{UnixListener, UnixStream};

use crate::path::{beside, folder_of};

/// The longest address of a socket that every Unix takes, in bytes.
const LONGEST_ADDRESS: usize = 100;

/// Where the owner of a database listens. The path behind links, so that every name of the database leads to one socket.
pub(crate) fn socket_of(database: &Path) -> PathBuf {
    let real = fs::canonicalize(database).unwrap_or_else(|_| {
        let folder = folder_of(database);
        let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
        folder.join(database.file_name().unwrap_or_default())
    });
    beside(&real, ".sock")
}

/// Whether somebody listens there.
pub(crate) async fn answers(database: &Path) -> bool {
    let Ok(address) = Address::of(&socket_of(database)) else {
        return false;
    };
    UnixStream::connect(address.path()).await.is_ok()
}

/// The owner's socket. It is removed when this is dropped.
pub(crate) struct OwnerSocket {
    path: PathBuf,
}

impl OwnerSocket {
    /// Listens beside the database. Only for a process that holds the database's lock: what lies there is then left
    /// over from an owner that is dead, and is replaced.
    ///
    /// The socket is made inside a folder that nobody else may enter, narrowed, and then moved to its place; so it is
    /// never open to others, whatever the process's umask.
    pub(crate) fn bind(database: &Path) -> io::Result<(Self, UnixListener)> {
        let path = socket_of(database);
        let folder = beside(&path, ".new");
        let fresh = folder.join("s");
        let _ = fs::remove_file(&fresh);
        let _ = fs::remove_dir(&folder);
        DirBuilder::new().mode(0o700).create(&folder)?;
        let listener = Address::of(&fresh).and_then(|address| UnixListener::bind(address.path()));
        let placed = listener.and_then(|listener| {
            fs::set_permissions(&fresh, fs::Permissions::from_mode(0o600))?;
            fs::rename(&fresh, &path)?;
            Ok(listener)
        });
        if placed.is_err() {
            let _ = fs::remove_file(&fresh);
        }
        fs::remove_dir(&folder)?;
        Ok((Self { path }, placed?))
    }
}

impl Drop for OwnerSocket {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// The address of a socket: its path, or for a path that is too long one that goes through an open folder.
pub(crate) struct Address {
    path: PathBuf,
    _folder: Option<File>,
}

impl Address {
    /// The address of the socket at `path`.
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        if path.as_os_str().len() <= LONGEST_ADDRESS {
            return Ok(Self {
                path: path.to_owned(),
                _folder: None,
            });
        }
        let folder = File::open(folder)?;
        let short = Path::new("/proc/self/fd").join(folder.as_raw_fd().to_string());
        Ok(Self {
            path: short.join(name),
            _folder: Some(folder),
        })
    }

    /// What to connect to, for as long as this lives.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("it").permissions().mode() & 0o777
    }

    #[tokio::test]
    async fn only_its_owner_may_connect_and_what_a_dead_owner_left_is_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let database = folder.path().join("v.db");
        assert!(!answers(&database).await);
        let left = UnixListener::bind(socket_of(&database)).expect("a socket");
        drop(left);
        assert!(
            !answers(&database).await,
            "nobody listens on what is left over"
        );
        let (socket, listener) = OwnerSocket::bind(&database).expect("in its place");
        assert_eq!(mode(&socket_of(&database)), 0o600);
        assert!(answers(&database).await);
        drop(socket);
        assert_eq!(fs::read_dir(folder.path()).expect("it").count(), 0);
        drop(listener);
    }

    #[tokio::test]
    async fn a_long_path_and_a_link_lead_to_the_same_socket() {
        let folder = tempfile::tempdir().expect("a folder");
        let deep = folder.path().join("d".repeat(120));
        fs::create_dir(&deep).expect("a deep folder");
        let database = deep.join("v.db");
        fs::write(&database, "").expect("a file");
        let link = folder.path().join("link.db");
        std::os::unix::fs::symlink(&database, &link).expect("a link");
        let (_socket, _listener) = OwnerSocket::bind(&database).expect("bound");
        assert!(answers(&database).await && answers(&link).await);
    }
}
