//! Who gives an order: the user of the process at the other end, and the name that they say.

use super::words::NAME_MAX;

/// Where the system keeps the names of its users.
const USERS: &str = "/etc/passwd";

/// The user's name, else the number. `claimed`: who they say they are, which nobody can check.
pub(super) fn who(uid: u32, claimed: Option<&str>) -> String {
    let users = std::fs::read_to_string(USERS).unwrap_or_default();
    let user = name_of(&users, uid).unwrap_or_else(|| format!("user {uid}"));
    match claimed.map(tidy).filter(|name| !name.is_empty()) {
        Some(name) if name != user => format!("{name} ({user})"),
        _ => user,
    }
}

/// The user of this process.
pub(crate) fn of_this_process(claimed: Option<&str>) -> String {
    use std::os::unix::fs::MetadataExt;
    let uid = std::fs::metadata("/proc/self").map(|process| process.uid());
    match uid {
        Ok(uid) => who(uid, claimed),
        Err(_) => claimed.map(tidy).unwrap_or_else(|| "somebody".to_owned()),
    }
}

fn name_of(users: &str, uid: u32) -> Option<String> {
    let uid = uid.to_string();
    users.lines().find_map(|line| {
        let mut parts = line.split(':');
        let name = parts.next()?;
        (parts.nth(1)? == uid).then(|| name.to_owned())
    })
}

/// On one line, and not too long.
fn tidy(name: &str) -> String {
    let shown = name.chars().filter(|c| !c.is_control());
    shown.take(NAME_MAX).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_has_the_name_that_the_system_knows() {
        let users = "root:x:0:0:root:/root:/bin/sh\nondo:x:998:998::/var/lib/ondo:/sbin/nologin\n";
        assert_eq!(name_of(users, 998), Some("ondo".to_owned()));
        assert_eq!(name_of(users, 7), None);
    }

    #[test]
    fn a_claimed_name_stands_beside_the_proven_one() {
        let who = who(4_294_000_000, Some("  Мария\n Щукина "));
        assert_eq!(who, "Мария Щукина (user 4294000000)");
    }
}
