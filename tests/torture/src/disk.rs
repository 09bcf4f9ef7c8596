//! Disks that are made for a test: loop devices and mounts. What was attached here is detached again, whatever happens.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Runs a program; its output, or what it said.
pub fn command(program: &str, args: &[&str]) -> Result<String, String> {
    let output = Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{program}: {error}"))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
        false => Err(format!(
            "{program} {}: {}",
            args.join(" "),
            String::from_utf8_lossy(&output.stderr).trim()
        )),
    }
}

/// What is missing here for disks of our own.
pub fn missing(programs: &[&str]) -> Option<String> {
    if command("id", &["-u"]).as_deref() != Ok("0") {
        return Some("no root".to_owned());
    }
    let lacks = |program: &&&str| command("which", &[program]).is_err();
    let lacking = programs.iter().find(lacks)?;
    Some(format!("no {lacking}"))
}

/// A loop device of a file. Detached when it is dropped.
#[derive(Debug)]
pub struct Loop {
    device: String,
}

impl Loop {
    /// Attaches the file past the page cache: what is in the file is what a disk would hold.
    pub fn attach(file: &Path) -> Result<Self, String> {
        let file = file.display().to_string();
        let device = command("losetup", &["--direct-io=on", "--show", "-f", &file])?;
        Ok(Self { device })
    }
}

impl Drop for Loop {
    fn drop(&mut self) {
        if let Err(why) = command("losetup", &["-d", &self.device]) {
            eprintln!("error: {why}");
        }
    }
}

/// A mounted file system. Unmounted when it is dropped, and then its device is detached.
#[derive(Debug)]
pub struct Mounted {
    path: PathBuf,
    /// Detached after the unmounting.
    _device: Option<Loop>,
}

impl Mounted {
    /// Mounts the file system in a file.
    pub fn file(file: &Path, path: &Path, options: &str) -> Result<Self, String> {
        std::fs::create_dir_all(path).map_err(|error| error.to_string())?;
        let device = Loop::attach(file)?;
        let shown = path.display().to_string();
        command("mount", &["-o", options, &device.device, &shown])?;
        Ok(Self {
            path: path.to_owned(),
            _device: Some(device),
        })
    }

    /// Mounts a file system in memory.
    pub fn memory(size: &str, path: &Path) -> Result<Self, String> {
        std::fs::create_dir_all(path).map_err(|error| error.to_string())?;
        let shown = path.display().to_string();
        let size = format!("size={size}");
        command("mount", &["-t", "tmpfs", "-o", &size, "tmpfs", &shown])?;
        Ok(Self {
            path: path.to_owned(),
            _device: None,
        })
    }

    /// Where it is mounted.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let path = self.path.display().to_string();
        // Somebody who has just been killed may hold it a moment longer.
        for _ in 0..50 {
            if command("umount", &[&path]).is_ok() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        eprintln!("error: {path} could not be unmounted");
    }
}
