//! The five fields of a `cron` schedule.

/// A field of a schedule: what it is called, and its first and last number.
const FIELDS: [(&str, u32, u32); 5] = [
    ("minute", 0, 59),
    ("hour", 0, 23),
    ("day", 1, 31),
    ("month", 1, 12),
    ("weekday", 0, 7),
];

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// What is wrong with a schedule.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// It has another number of fields than five.
    Count(usize),
    /// This part is none of its field, which goes from the first to the last number.
    Field {
        part: String,
        what: &'static str,
        first: u32,
        last: u32,
    },
}

/// Looks a schedule through: `*`, numbers, names, `a-b`, `a,b`, `*/n`, and `L`, `W`, `#` of days.
pub(super) fn check(spec: &str) -> Option<Wrong> {
    let fields: Vec<&str> = spec.split_whitespace().collect();
    if fields.len() != FIELDS.len() {
        return Some(Wrong::Count(fields.len()));
    }
    fields
        .iter()
        .zip(FIELDS)
        .find_map(|(field, (what, first, last))| {
            let part = field
                .split(',')
                .find(|part| !fits(part, what, first, last))?;
            Some(Wrong::Field {
                part: part.to_string(),
                what,
                first,
                last,
            })
        })
}

fn fits(part: &str, what: &str, first: u32, last: u32) -> bool {
    let (range, step) = match part.split_once('/') {
        Some((range, step)) => (range, Some(step)),
        None => (part, None),
    };
    if step.is_some_and(|step| !step.parse::<u32>().is_ok_and(|step| step > 0)) {
        return false;
    }
    if range == "*" || range == "?" {
        return true;
    }
    let of_days = matches!(what, "day" | "weekday");
    if of_days && range.eq_ignore_ascii_case("l") {
        return true;
    }
    let range = range.split('#').next().unwrap_or(range);
    let range = if of_days {
        range.trim_end_matches(['L', 'W', 'l', 'w'])
    } else {
        range
    };
    range
        .split('-')
        .all(|end| number(end, what).is_some_and(|number| (first..=last).contains(&number)))
}

fn number(text: &str, what: &str) -> Option<u32> {
    let position = |names: &[&str], offset: usize| {
        let at = names
            .iter()
            .position(|name| text.eq_ignore_ascii_case(name))?;
        u32::try_from(at + offset).ok()
    };
    let named = match what {
        "month" => position(&MONTHS, 1),
        "weekday" => position(&WEEKDAYS, 0),
        _ => None,
    };
    named.or_else(|| text.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_schedules_are_read() {
        for spec in [
            "0 4 * * *",
            "*/5 * * * *",
            "0 9-18/2 * * mon-fri",
            "0 0 1,15 * *",
            "30 8 L * *",
            "0 9 * jan,dec 1#2",
        ] {
            assert_eq!(check(spec), None, "{spec}");
        }
    }

    #[test]
    fn what_is_out_of_range_is_named() {
        let hour = Wrong::Field {
            part: "25".into(),
            what: "hour",
            first: 0,
            last: 23,
        };
        assert_eq!(check("0 25 * * *"), Some(hour));
        assert_eq!(check("0 0 4 * * *"), Some(Wrong::Count(6)));
        assert!(check("0 4 * * */0").is_some());
        assert!(check("каждый день в 4 утра").is_some());
    }
}
