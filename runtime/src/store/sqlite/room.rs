//! Room on the disk: deliveries are refused before it is full, and what was begun always finds room to be written down.
//!
//! A file beside the store holds a reserve. When a write finds the disk full the reserve is given up, and the write is made
//! once more. Deliveries are taken again when there is as much free as before, with the reserve made anew.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::{FallocateFlags, fallocate, statvfs};

use super::{Options, open};

/// Room for deliveries, and the reserve.
pub(super) struct Room {
    folder: PathBuf,
    reserve: PathBuf,
    reserve_bytes: u64,
    free_bytes_min: u64,
    is_low: AtomicBool,
}

impl Room {
    /// For a store that is only read.
    pub(super) fn unwatched() -> Room {
        Room {
            folder: PathBuf::new(),
            reserve: PathBuf::new(),
            reserve_bytes: 0,
            free_bytes_min: 0,
            is_low: AtomicBool::new(false),
        }
    }

    /// Makes the reserve of the store at `path` if there is room for it.
    pub(super) fn watch(path: &Path, options: &Options) -> Room {
        let mut reserve = path.as_os_str().to_owned();
        reserve.push(".reserve");
        let room = Room {
            folder: open::folder_of(path).to_owned(),
            reserve: PathBuf::from(reserve),
            reserve_bytes: options.reserve_bytes,
            free_bytes_min: options.free_bytes_min,
            is_low: AtomicBool::new(true),
        };
        let free = room.free();
        if room.is_enough(free) {
            room.is_low.store(false, Ordering::Release);
        } else {
            room.say_low(free);
        }
        room
    }

    /// Whether deliveries must be refused.
    pub(super) fn is_low(&self) -> bool {
        self.is_low.load(Ordering::Acquire)
    }

    /// Looks at the disk.
    pub(super) fn look(&self) {
        if self.folder.as_os_str().is_empty() {
            return;
        }
        let free = self.free();
        if !self.is_low() {
            if free.is_some_and(|free| free < self.free_bytes_min) {
                self.is_low.store(true, Ordering::Release);
                self.say_low(free);
            }
        } else if self.is_enough(free) {
            self.is_low.store(false, Ordering::Release);
            tracing::warn!(
                free,
                "there is room on the disk again: deliveries are taken"
            );
        }
    }

    /// A write found the disk full: gives the reserve up. False: there was none.
    pub(super) fn release(&self) -> bool {
        let was_low = self.is_low.swap(true, Ordering::AcqRel);
        let had = std::fs::metadata(&self.reserve).is_ok_and(|file| file.len() > 0);
        let is_given = had && std::fs::remove_file(&self.reserve).is_ok();
        if !was_low || is_given {
            tracing::error!(
                "the disk of the store is full: deliveries are refused, and the reserve is used for what was begun"
            );
        }
        is_given
    }

    fn say_low(&self, free: Option<u64>) {
        tracing::error!(
            free,
            needed = self.free_bytes_min,
            "the disk of the store is nearly full: deliveries are refused until there is room"
        );
    }

    /// Whether there is room for deliveries, with the reserve, which is made if it is missing.
    fn is_enough(&self, free: Option<u64>) -> bool {
        // A file system that does not say is trusted; a full one still says so when something is written.
        let missing = self.missing();
        let needed = self.free_bytes_min.saturating_add(missing);
        // A little more than the least, so that it does not change to and fro.
        let needed = needed.saturating_add(match self.is_low() {
            true => self.free_bytes_min / 8,
            false => 0,
        });
        if free.is_some_and(|free| free < needed) {
            return false;
        }
        if missing == 0 {
            return true;
        }
        let made = self.make();
        if let Err(error) = &made {
            let reserve = self.reserve.display();
            tracing::error!(%error, %reserve, "the reserve cannot be made: deliveries are refused until it can");
        }
        made.is_ok()
    }

    /// How much of the reserve is not there.
    fn missing(&self) -> u64 {
        let kept = std::fs::metadata(&self.reserve).map_or(0, |file| file.len());
        self.reserve_bytes.saturating_sub(kept)
    }

    fn make(&self) -> std::io::Result<()> {
        let mut options = open::private();
        let file = options.create(true).truncate(true).open(&self.reserve)?;
        let made = self.fill(&file).and_then(|()| file.sync_all());
        if made.is_err() {
            // Half a reserve would only take room.
            let _ = std::fs::remove_file(&self.reserve);
        }
        made
    }

    /// Takes the blocks of the disk, not only the length of a file.
    fn fill(&self, mut file: &File) -> std::io::Result<()> {
        use std::io::Write;
        match fallocate(file, FallocateFlags::empty(), 0, self.reserve_bytes) {
            Err(rustix::io::Errno::OPNOTSUPP) => {
                let block = [0_u8; 64 << 10];
                let mut left = self.reserve_bytes;
                while left > 0 {
                    let bytes =
                        usize::try_from(left).map_or(block.len(), |left| left.min(block.len()));
                    file.write_all(&block[..bytes])?;
                    left = left.saturating_sub(bytes as u64);
                }
                Ok(())
            }
            made => Ok(made?),
        }
    }

    /// Bytes that this user may still write.
    fn free(&self) -> Option<u64> {
        let found = statvfs(&self.folder).ok()?;
        Some(found.f_bavail.saturating_mul(found.f_frsize))
    }
}
