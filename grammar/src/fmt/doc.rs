//! Layouts as data: what can be one line if it fits, and where it breaks if not.
//!
//! Wadler's algebra with what comments need: a comment at the end of a line waits until the line ends, and one on a line of
//! its own makes that line wherever it stands. So a comment can follow any word without spoiling the text.

/// A layout.
#[derive(Debug, Clone)]
pub(super) enum Doc {
    /// Characters; only texts of several lines contain line ends.
    Text(String),
    /// A caption at the end of a line: it may reach beyond the width without breaking what stands before it.
    Caption(String),
    /// A line end, or these blanks when its group is on one line.
    Line(&'static str),
    /// A line end.
    Hard,
    /// An empty line, except behind an opener.
    Empty,
    /// One after the other.
    Concat(Vec<Doc>),
    /// Indented by two more.
    Nest(Box<Doc>),
    /// On one line if it fits and nothing in it must break.
    Group {
        /// Breaks even if it would fit.
        broken: bool,
        /// What is laid out.
        inner: Box<Doc>,
    },
    /// The first when its group is broken, else the second.
    IfBroken(&'static str, &'static str),
    /// Blanks that align columns when the group is broken.
    Pad(usize),
    /// A comment behind what stands on the line.
    Trailing(String),
    /// A comment on lines of its own.
    OwnLine(String),
    /// A comment between two words.
    Inline(String),
}

/// Nothing.
pub(super) fn nil() -> Doc {
    Doc::Concat(Vec::new())
}

pub(super) fn text(text: impl Into<String>) -> Doc {
    Doc::Text(text.into())
}

pub(super) fn nest(inner: Doc) -> Doc {
    Doc::Nest(Box::new(inner))
}

/// One line if it fits, unless `broken` or something in it must break.
pub(super) fn group(broken: bool, inner: Doc) -> Doc {
    let broken = broken || inner.must_break();
    Doc::Group {
        broken,
        inner: Box::new(inner),
    }
}

impl Doc {
    fn must_break(&self) -> bool {
        match self {
            Doc::Hard | Doc::OwnLine(_) => true,
            Doc::Group { broken, .. } => *broken,
            Doc::Concat(parts) => parts.iter().any(Doc::must_break),
            Doc::Nest(inner) => inner.must_break(),
            _ => false,
        }
    }

    /// Its width on one line. None when it cannot be on one line.
    pub(super) fn flat_width(&self) -> Option<usize> {
        match self {
            Doc::Text(text) | Doc::Caption(text) => (!text.contains('\n')).then(|| width(text)),
            Doc::Line(blanks) | Doc::IfBroken(_, blanks) => Some(blanks.len()),
            Doc::Inline(text) => (!text.contains('\n')).then(|| width(text) + 1),
            Doc::Pad(_) | Doc::Trailing(_) => Some(0),
            Doc::Hard | Doc::Empty | Doc::OwnLine(_) => None,
            Doc::Group { broken: true, .. } => None,
            Doc::Group { inner, .. } | Doc::Nest(inner) => inner.flat_width(),
            Doc::Concat(parts) => parts
                .iter()
                .try_fold(0, |sum, part| Some(sum + part.flat_width()?)),
        }
    }
}

fn width(text: &str) -> usize {
    text.chars().count()
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Mode {
    Flat,
    Broken,
}

/// What is still to be laid out: with its indentation, in its mode.
type Task<'d> = (usize, Mode, &'d Doc);

/// The text of a layout. Its lines are no longer than `width_max` where that is possible.
pub(super) fn render(doc: &Doc, width_max: usize) -> String {
    let mut page = Page::default();
    let mut tasks: Vec<Task<'_>> = vec![(0, Mode::Broken, doc)];
    while let Some((indent, mode, doc)) = tasks.pop() {
        match doc {
            Doc::Text(text) | Doc::Caption(text) => page.write(text),
            Doc::Line(blanks) if mode == Mode::Flat => page.write(blanks),
            Doc::Line(_) | Doc::Hard => page.end_line(indent),
            Doc::Empty if mode == Mode::Broken => page.empty_line(indent),
            Doc::Concat(parts) => {
                tasks.extend(parts.iter().rev().map(|part| (indent, mode, part)));
            }
            Doc::Nest(inner) => tasks.push((indent + 2, mode, inner)),
            Doc::Group { broken, inner } => {
                let room = width_max.saturating_sub(page.column());
                let flat = !broken && fits(inner, &tasks, room);
                tasks.push((indent, if flat { Mode::Flat } else { Mode::Broken }, inner));
            }
            Doc::IfBroken(broken, _) if mode == Mode::Broken => page.write(broken),
            Doc::IfBroken(_, flat) => page.write(flat),
            Doc::Pad(count) if mode == Mode::Broken => page.write(&" ".repeat(*count)),
            Doc::Pad(_) | Doc::Empty => {}
            Doc::Trailing(comment) => page.waiting.push(comment.clone()),
            Doc::OwnLine(comment) => page.own_line(comment, indent),
            Doc::Inline(comment) => page.inline(comment, indent),
        }
    }
    page.end_line(0);
    page.text
}

/// Whether `inner` on one line, and what follows up to the next possible line end, fits into `room`.
fn fits(inner: &Doc, rest: &[Task<'_>], room: usize) -> bool {
    let mut room = room as isize;
    let mut rest = rest.iter().rev();
    let mut tasks = vec![(Mode::Flat, inner)];
    loop {
        let (mode, doc) = match tasks.pop() {
            Some(task) => task,
            None => match rest.next() {
                Some((_, mode, doc)) => (*mode, *doc),
                None => return true,
            },
        };
        match doc {
            Doc::Caption(_) if mode == Mode::Broken => return true,
            Doc::Text(text) | Doc::Caption(text) => {
                room -= width(text.split('\n').next().unwrap_or("")) as isize;
                if text.contains('\n') {
                    return room >= 0;
                }
            }
            Doc::Line(_) if mode == Mode::Broken => return true,
            Doc::Line(blanks) => room -= blanks.len() as isize,
            Doc::Hard | Doc::OwnLine(_) => return true,
            Doc::Concat(parts) => tasks.extend(parts.iter().rev().map(|part| (mode, part))),
            Doc::Nest(inner) => tasks.push((mode, inner)),
            Doc::Group { broken, inner } => {
                tasks.push((if *broken { Mode::Broken } else { mode }, inner));
            }
            Doc::IfBroken(broken, flat) => {
                let written = if mode == Mode::Flat { flat } else { broken };
                room -= written.len() as isize;
            }
            Doc::Pad(count) if mode == Mode::Broken => room -= *count as isize,
            Doc::Inline(text) => room -= width(text) as isize + 1,
            Doc::Pad(_) | Doc::Empty | Doc::Trailing(_) => {}
        }
        if room < 0 {
            return false;
        }
    }
}

/// The text so far.
#[derive(Default)]
struct Page {
    text: String,
    /// Blanks that the line begins with, once something is written on it.
    indent: usize,
    /// Comments that end the line.
    waiting: Vec<String>,
    /// The last thing is a comment between two words, with a blank behind it.
    after_comment: bool,
}

impl Page {
    fn at_line_start(&self) -> bool {
        self.text.is_empty() || self.text.ends_with('\n')
    }

    fn column(&self) -> usize {
        if self.at_line_start() {
            return self.indent;
        }
        let line = self.text.rsplit('\n').next().unwrap_or("");
        width(line)
    }

    fn write(&mut self, text: &str) {
        // `f(x /* why */)`: a closer and a comma stand close to a comment, as they do to a word.
        if self.after_comment {
            if text.trim().is_empty() {
                return;
            }
            self.after_comment = false;
            if text.starts_with([')', ']', ',']) {
                self.drop_blanks();
            }
        }
        if self.at_line_start() {
            let text = text.trim_start_matches(' ');
            if !text.is_empty() {
                self.text.push_str(&" ".repeat(self.indent));
                self.text.push_str(text);
            }
            return;
        }
        self.text.push_str(text);
    }

    /// Ends the line if something stands on it. Never makes an empty one.
    fn end_line(&mut self, indent: usize) {
        if !self.waiting.is_empty() {
            self.drop_blanks();
        }
        for comment in std::mem::take(&mut self.waiting) {
            if !self.at_line_start() {
                self.text.push_str("  ");
            }
            self.write(&comment);
            // What follows a line comment on its line would belong to it.
            self.text.push('\n');
        }
        if !self.at_line_start() {
            self.drop_blanks();
            self.text.push('\n');
        }
        self.indent = indent;
        self.after_comment = false;
    }

    fn drop_blanks(&mut self) {
        let kept = self.text.trim_end_matches(' ').len();
        self.text.truncate(kept);
    }

    fn empty_line(&mut self, indent: usize) {
        self.end_line(indent);
        let behind_opener = self.text.is_empty()
            || self.text.ends_with("{\n")
            || self.text.ends_with("(\n")
            || self.text.ends_with("[\n");
        if !behind_opener && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    fn own_line(&mut self, comment: &str, indent: usize) {
        if !self.at_line_start() || !self.waiting.is_empty() {
            self.end_line(indent);
        }
        self.write(comment);
        let indent = self.indent;
        self.end_line(indent);
    }

    fn inline(&mut self, comment: &str, indent: usize) {
        if !self.waiting.is_empty() {
            self.end_line(indent);
        }
        if !self.at_line_start() && !self.text.ends_with([' ', '(', '[']) {
            self.text.push(' ');
        }
        self.write(comment);
        self.text.push(' ');
        self.after_comment = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(words: &[&str]) -> Doc {
        let mut inner = vec![Doc::Line("")];
        for (number, word) in words.iter().enumerate() {
            if number > 0 {
                inner.extend([text(","), Doc::Line(" ")]);
            }
            inner.push(text(*word));
        }
        let parts = vec![
            text("("),
            nest(Doc::Concat(inner)),
            Doc::IfBroken(",", ""),
            Doc::Line(""),
            text(")"),
        ];
        group(false, Doc::Concat(parts))
    }

    #[test]
    fn a_group_that_fits_is_one_line() {
        assert_eq!(render(&list(&["one", "two"]), 10), "(one, two)\n");
    }

    #[test]
    fn a_group_that_does_not_fit_breaks_everywhere() {
        assert_eq!(render(&list(&["one", "two"]), 9), "(\n  one,\n  two,\n)\n");
    }

    #[test]
    fn what_follows_a_group_counts_up_to_the_next_line_end() {
        let line = Doc::Concat(vec![list(&["one", "two"]), text("!")]);
        assert_eq!(render(&line, 10), "(\n  one,\n  two,\n)!\n");
    }

    #[test]
    fn a_comment_at_the_end_waits_for_the_comma() {
        let comment = Doc::Trailing("// why".to_owned());
        let line = Doc::Concat(vec![
            text("one"),
            comment,
            text(","),
            Doc::Hard,
            text("two"),
        ]);
        assert_eq!(render(&line, 80), "one,  // why\ntwo\n");
    }

    #[test]
    fn a_closer_stands_close_to_a_comment() {
        let line = |closer: &str| {
            Doc::Concat(vec![
                text("f("),
                text("x"),
                Doc::Inline("/* why */".to_owned()),
                Doc::Line(""),
                text(closer),
            ])
        };
        assert_eq!(render(&group(false, line(")")), 80), "f(x /* why */)\n");
        assert_eq!(
            render(&group(false, line("+ 1")), 80),
            "f(x /* why */ + 1\n"
        );
    }

    #[test]
    fn a_caption_may_reach_beyond_the_width() {
        let line = Doc::Concat(vec![
            list(&["one"]),
            Doc::Caption(" \"a long caption\"".to_owned()),
        ]);
        assert_eq!(render(&line, 8), "(one) \"a long caption\"\n");
    }

    #[test]
    fn columns_count_characters_not_bytes() {
        assert_eq!(render(&list(&["один", "два"]), 11), "(один, два)\n");
    }
}
