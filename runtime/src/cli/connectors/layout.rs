//! Text for a terminal or a pipe: headings, indented lines, and captions in a column of their own.

use std::io::IsTerminal as _;

use ondo_compiler::describe::{Part, Remark};

/// Where captions begin, unless what stands before them is longer.
const CAPTIONS_AT: usize = 42;

/// A page that grows line by line.
pub(super) struct Layout {
    width: usize,
    text: String,
}

impl Layout {
    /// For standard output: as wide as the terminal, within reason. A pipe has 100 columns.
    pub(super) fn new() -> Layout {
        let stdout = std::io::stdout();
        let terminal = stdout.is_terminal().then(terminal_size::terminal_size);
        let width = terminal.flatten().map(|(width, _)| usize::from(width.0));
        Layout {
            width: width.unwrap_or(100).clamp(80, 120),
            text: String::new(),
        }
    }

    /// The whole text.
    pub(super) fn finish(self) -> String {
        self.text
    }

    /// A line of its own with an empty line before it.
    pub(super) fn heading(&mut self, text: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// Prose at this depth. Following lines stand a little further in.
    pub(super) fn line(&mut self, depth: usize, text: &str) {
        self.wrapped(depth * 2, depth * 2 + 2, text);
    }

    /// What is declared, and its caption beside it.
    pub(super) fn row(&mut self, depth: usize, left: &str, caption: Option<&str>) {
        let indent = depth * 2;
        let Some(caption) = caption else {
            self.wrapped(indent, indent + 4, left);
            return;
        };
        let used = indent + left.chars().count();
        if used + 2 > CAPTIONS_AT {
            let fits = used + 2 + caption.chars().count() <= self.width;
            if fits {
                let line = format!("{}{left}  {caption}\n", " ".repeat(indent));
                self.text.push_str(&line);
                return;
            }
            self.wrapped(indent, indent + 4, left);
            self.wrapped(indent + 4, indent + 4, caption);
            return;
        }
        let blanks = " ".repeat(CAPTIONS_AT - used);
        let first = format!("{}{left}{blanks}", " ".repeat(indent));
        let mut lines =
            lines(caption, self.width - CAPTIONS_AT, self.width - CAPTIONS_AT).into_iter();
        self.text.push_str(&first);
        self.text.push_str(&lines.next().unwrap_or_default());
        self.text.push('\n');
        for line in lines {
            let line = format!("{}{line}\n", " ".repeat(CAPTIONS_AT));
            self.text.push_str(&line);
        }
    }

    /// What a definition says in a comment.
    pub(super) fn remark(&mut self, depth: usize, remark: Option<&Remark>) {
        let Some(remark) = remark else { return };
        for paragraph in remark.text.split('\n') {
            match paragraph.strip_prefix("    ") {
                Some(code) => self.verbatim(depth + 1, code),
                None if paragraph.is_empty() => {}
                None => self.wrapped(depth * 2, depth * 2 + 3, &format!("// {paragraph}")),
            }
        }
    }

    /// What it says of parts.
    pub(super) fn parts(&mut self, depth: usize, parts: &[Part]) {
        for part in parts {
            if let Some(about) = &part.about {
                self.line(depth, about);
            }
            self.remark(depth + 1, Some(&part.remark));
        }
    }

    /// Text that is not broken: code, JSON.
    pub(super) fn verbatim(&mut self, depth: usize, text: &str) {
        for line in text.lines() {
            let line = format!("{}{line}", " ".repeat(depth * 2));
            self.text.push_str(line.trim_end());
            self.text.push('\n');
        }
    }

    fn wrapped(&mut self, first: usize, rest: usize, text: &str) {
        let width = |indent: usize| self.width.saturating_sub(indent).max(20);
        for (index, line) in lines(text, width(first), width(rest)).iter().enumerate() {
            let indent = if index == 0 { first } else { rest };
            self.text.push_str(&" ".repeat(indent));
            self.text.push_str(line);
            self.text.push('\n');
        }
    }
}

/// Lines of at most so many characters. A word that is longer stands alone.
fn lines(text: &str, first: usize, rest: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        let width = if lines.len() == 1 { first } else { rest };
        if used > 0 && used + 1 + length > width {
            lines.push(String::new());
            used = 0;
        }
        if let Some(line) = lines.last_mut() {
            if used > 0 {
                line.push(' ');
                used += 1;
            }
            line.push_str(word);
            used += length;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caption_stands_in_its_column_and_goes_on_there() {
        let mut layout = Layout {
            width: 60,
            text: String::new(),
        };
        layout.row(1, "phone: string?", Some("Номер телефона гостя"));
        assert_eq!(
            layout.finish(),
            format!(
                "  phone: string?{}Номер телефона\n{}гостя\n",
                " ".repeat(26),
                " ".repeat(42)
            )
        );
    }

    #[test]
    fn a_long_declaration_has_its_caption_below() {
        let mut layout = Layout {
            width: 60,
            text: String::new(),
        };
        let left = format!("amount: money where {}", "x".repeat(30));
        layout.row(0, &left, Some("Сумма"));
        assert_eq!(layout.finish(), format!("{left}  Сумма\n"));
        assert_eq!(lines("a bb ccc", 4, 4), ["a bb", "ccc"]);
    }
}
