//! What the list of deviations says of one connector.

/// The lines of `connectors/DEVIATIONS.md` about a connector: its rows of the table of fields, then its own section.
pub fn deviations(list: &str, connector: &str) -> Vec<String> {
    let mut found: Vec<String> = list
        .lines()
        .filter_map(|line| row(line, connector))
        .collect();
    found.extend(section(list, connector));
    found
}

/// `| table | field | ours | why |`; tables are named after their connector.
fn row(line: &str, connector: &str) -> Option<String> {
    let cells: Vec<&str> = line.strip_prefix("| ")?.split(" | ").collect();
    let [table, field, ours, why] = cells.as_slice() else {
        return None;
    };
    let name = table.trim().trim_matches('`');
    let is_own = name
        .strip_prefix(connector)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('_'));
    let why = why.trim_end_matches(['|', ' ']);
    is_own.then(|| format!("{field} of {table}: {ours}; {why}"))
}

/// The points below `### RetailCRM`.
fn section(list: &str, connector: &str) -> Vec<String> {
    let mut points: Vec<String> = Vec::new();
    let mut inside = false;
    for line in list.lines() {
        if let Some(heading) = line.strip_prefix('#') {
            inside = plain(heading) == plain(connector);
        } else if !inside || line.trim().is_empty() {
        } else if let Some(point) = line.strip_prefix("- ") {
            points.push(point.to_owned());
        } else if let Some(last) = points.last_mut() {
            last.push(' ');
            last.push_str(line.trim());
        }
    }
    points
}

/// `r_keeper` and `rkeeper` are one name.
fn plain(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    letters.collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_points_of_one_connector_are_found() {
        let list = "| `r_event` | `a` | b | c |\n| `other` | `x` | y | z |\n\n### R_\n\n- one\n  more\n- two\n\n### Other\n\n- three\n";
        assert_eq!(
            deviations(list, "r"),
            ["`a` of `r_event`: b; c", "one more", "two"]
        );
    }
}
