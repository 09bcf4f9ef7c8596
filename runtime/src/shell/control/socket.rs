//! Where the socket is, and how it is reached: in the folder of the store, which only its owner may enter.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Its name in the folder of the store.
pub(crate) const SOCKET_FILE: &str = "ondo.sock";

/// Longest path that the system takes for a socket, with room for the zero at its end on every system.
const PATH_BYTES_MAX: usize = 100;

/// A path by which the socket of a folder can be reached. The folder stays open as long as the path is used.
#[derive(Debug)]
pub(crate) struct Address {
    path: PathBuf,
    _folder: Option<File>,
}

impl Address {
    /// The socket in this folder. A path that is too long for a socket goes by the open folder.
    ///
    /// # Errors
    /// The folder cannot be opened, or this system knows no shorter way.
    pub(crate) fn of(folder: &Path) -> io::Result<Self> {
        let path = folder.join(SOCKET_FILE);
        if path.as_os_str().as_bytes().len() <= PATH_BYTES_MAX {
            return Ok(Self {
                path,
                _folder: None,
            });
        }
        let open = File::open(folder)?;
        let short = PathBuf::from(format!("/proc/self/fd/{}", open.as_raw_fd()));
        if !short.is_dir() {
            let said = format!(
                "`{}` is too long for a socket on this system; give a shorter `--data`",
                path.display()
            );
            return Err(io::Error::new(io::ErrorKind::InvalidInput, said));
        }
        Ok(Self {
            path: short.join(SOCKET_FILE),
            _folder: Some(open),
        })
    }

    /// The path to bind or to connect to.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::*;

    #[test]
    fn a_folder_of_any_depth_has_an_address_that_a_socket_takes() {
        let dir = tempfile::tempdir().unwrap();
        let mut folder = dir.path().to_owned();
        for _ in 0..20 {
            folder.push("ресторан-на-углу");
        }
        std::fs::create_dir_all(&folder).unwrap();
        let address = Address::of(&folder).unwrap();
        let _listener = std::os::unix::net::UnixListener::bind(address.path()).unwrap();
        assert!(folder.join(SOCKET_FILE).exists());
        let again = Address::of(&folder).unwrap();
        std::os::unix::net::UnixStream::connect(again.path()).unwrap();
    }
}
