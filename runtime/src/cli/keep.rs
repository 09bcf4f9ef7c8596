//! Options of `ondo run` about the store: for how long things are kept, and how much room the disk must have.

use std::time::Duration;

use crate::shell::Disk;
use crate::store::Keep;

const DAY: u64 = 24 * 60 * 60;

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "What is kept")]
pub(super) struct Keeping {
    /// How long bodies of events, requests and answers are kept after their runs have ended
    #[arg(long, value_name = "TIME", default_value = "14d", env = "ONDO_KEEP_BODIES", value_parser = time)]
    keep_bodies: Duration,
    /// How long events, runs and journals are kept
    #[arg(long, value_name = "TIME", default_value = "90d", env = "ONDO_KEEP_JOURNAL", value_parser = time)]
    keep_journal: Duration,
    /// How long a delivery's key is known after it was last shown: later the same key is a new event. At least 1d
    #[arg(long, value_name = "TIME", default_value = "30d", env = "ONDO_KEEP_KEYS", value_parser = time_of_keys)]
    keep_keys: Duration,
    /// How long it is known which effects were brought about. At least 1d
    #[arg(long, value_name = "TIME", default_value = "3y", env = "ONDO_KEEP_EFFECTS", value_parser = time_of_keys)]
    keep_effects: Duration,
    /// With less free space on the disk no deliveries are taken
    #[arg(long, value_name = "SIZE", default_value = "64M", env = "ONDO_DISK_FREE", value_parser = bytes)]
    disk_free: u64,
    /// Space that is kept for the outcomes of what was begun when the disk is full
    #[arg(long, value_name = "SIZE", default_value = "16M", env = "ONDO_DISK_RESERVE", value_parser = bytes)]
    disk_reserve: u64,
}

impl Keeping {
    pub(super) fn keep(&self) -> Keep {
        Keep {
            bodies: self.keep_bodies,
            journal: self.keep_journal,
            keys: self.keep_keys,
            effects: self.keep_effects,
        }
    }

    pub(super) fn disk(&self) -> Disk {
        Disk {
            free_bytes_min: self.disk_free,
            reserve_bytes: self.disk_reserve,
        }
    }
}

/// `14d`, `12h`, `3y`.
pub(super) fn time(text: &str) -> Result<Duration, String> {
    let help = || "write a time: `12h`, `14d`, `3y`".to_owned();
    let (number, unit) = split(text).ok_or_else(help)?;
    let seconds = match unit {
        "m" => 60,
        "h" => 60 * 60,
        "d" => DAY,
        "y" => 365 * DAY,
        _ => return Err(help()),
    };
    let seconds = number.checked_mul(seconds).ok_or_else(help)?;
    Ok(Duration::from_secs(seconds))
}

/// What keeps things from happening twice must not be forgotten at once.
fn time_of_keys(text: &str) -> Result<Duration, String> {
    let time = time(text)?;
    match time.as_secs() {
        ..DAY => Err("at least `1d`: it keeps things from happening twice".to_owned()),
        _ => Ok(time),
    }
}

/// `64M`, `1G`, `500000`; 0 switches it off.
fn bytes(text: &str) -> Result<u64, String> {
    let help = || "write a size: `64M`, `1G`, `0`".to_owned();
    let (number, unit) = split(text).ok_or_else(help)?;
    let shift = match unit {
        "" => 0,
        "K" => 10,
        "M" => 20,
        "G" => 30,
        _ => return Err(help()),
    };
    number.checked_mul(1 << shift).ok_or_else(help)
}

/// A number and what stands behind it.
fn split(text: &str) -> Option<(u64, &str)> {
    let end = text
        .find(|char: char| !char.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    Some((number.parse().ok()?, unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        assert_eq!(time("14d"), Ok(Duration::from_secs(14 * DAY)));
        assert_eq!(time("3y"), Ok(Duration::from_secs(1095 * DAY)));
        assert_eq!(time("0d"), Ok(Duration::ZERO));
        for wrong in ["", "14", "d", "14 d", "14w", "99999999999999999y", "-1d"] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn keys_are_kept_for_a_day_at_least() {
        assert!(time_of_keys("23h").is_err());
        assert!(time_of_keys("24h").is_ok());
    }

    #[test]
    fn sizes_are_read() {
        assert_eq!(bytes("64M"), Ok(64 << 20));
        assert_eq!(bytes("0"), Ok(0));
        for wrong in ["", "M", "64MB", "99999999999999999999G", "17179869184G"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }
}
