//! Small steps on texts.

/// A piece of a definition in one line: line ends and the blanks around them are one blank. Longer pieces are cut.
pub(super) fn one_line(text: &str) -> String {
    const SHOWN_MAX: usize = 160;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= SHOWN_MAX {
        return line;
    }
    let cut: String = line.chars().take(SHOWN_MAX - 1).collect();
    format!("{cut}…")
}

/// A value in quotes, as it is written in Ondo. A brace would begin a hole.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '{' => quoted.push_str("\\{"),
            '}' => quoted.push_str("\\}"),
            c if c.is_control() => quoted.push(' '),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
