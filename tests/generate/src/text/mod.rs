//! A tree as text.
//!
//! Only the grammar is followed: where a blank may stand, a line end or a comment may stand too, and the tape chooses. What
//! the precedence does not need is not put in parentheses, or sometimes is.

mod cases;
mod connectors;
mod exprs;
mod items;
mod rules;
mod types;

use ondo_grammar::ast::{File, Name, Path};

use crate::Tape;

/// A text and the comments that were written into it, in order.
#[derive(Debug, Clone)]
pub struct Written {
    /// The text.
    pub text: String,
    /// Each with its slashes.
    pub comments: Vec<String>,
}

/// Writes a file. `comments`: some of the blanks hold one.
pub fn write(file: &File, tape: &mut Tape<'_>, comments: bool) -> Written {
    let mut page = Page {
        tape,
        text: String::new(),
        comments: Vec::new(),
        with_comments: comments,
        one_line: false,
    };
    for item in &file.items {
        items::item(&mut page, item);
        page.line();
    }
    Written {
        text: page.text,
        comments: page.comments,
    }
}

const HARD: [&str; 19] = [
    "and", "or", "not", "in", "if", "then", "else", "for", "match", "let", "on", "do", "when",
    "catch", "as", "true", "false", "null", "omit",
];

const LINE_COMMENTS: [&str; 4] = ["// why", "// почему: \"так\"", "//", "// { ( ["];
const BLOCK_COMMENTS: [&str; 4] = ["/* why */", "/* почему */", "/**/", "/* two\n   lines */"];

struct Page<'p, 't> {
    tape: &'p mut Tape<'t>,
    text: String,
    comments: Vec<String>,
    with_comments: bool,
    /// Within the braces of a text on one line: no line ends and no comments.
    one_line: bool,
}

impl Page<'_, '_> {
    /// A word or a sign.
    fn put(&mut self, word: &str) {
        self.text.push_str(word);
    }

    /// A word between blanks.
    fn word(&mut self, word: &str) {
        self.blank();
        self.put(word);
        self.blank();
    }

    /// At least one blank, of any kind.
    fn blank(&mut self) {
        match self.tape.roll(12) {
            _ if self.one_line => self.put(" "),
            9 => self.put("\n"),
            10 => self.put("\t "),
            11 => self.comment(),
            _ => self.put(" "),
        }
    }

    /// A blank, or none.
    fn gap(&mut self) {
        match self.tape.roll(6) {
            4 => self.put(" "),
            5 => self.blank(),
            _ => {}
        }
    }

    /// A blank that does not end the line.
    fn space(&mut self) {
        self.put(" ");
    }

    /// The end of a line.
    fn line(&mut self) {
        if self.one_line {
            return self.put(" ");
        }
        if self.with_comments && self.tape.rarely(8) {
            let comment = self.tape.one_of(&LINE_COMMENTS);
            self.put(" ");
            self.put(comment);
            self.comments.push(comment.to_owned());
        }
        self.put("\n");
        if self.with_comments && self.tape.rarely(8) {
            self.comment();
        }
        if self.tape.rarely(6) {
            self.put("\n\n");
        }
    }

    fn comment(&mut self) {
        if !self.with_comments {
            return self.put("\n");
        }
        let line = self.tape.rarely(2);
        let comment = match line {
            true => self.tape.one_of(&LINE_COMMENTS),
            false => self.tape.one_of(&BLOCK_COMMENTS),
        };
        // Between blanks: a slash before a comment would be read with it.
        self.put(" ");
        self.put(comment);
        self.put(if line { "\n" } else { " " });
        self.comments.push(comment.to_owned());
    }

    /// A comma and a blank, which may be none.
    fn comma(&mut self) {
        self.gap();
        self.put(",");
        self.gap();
    }

    /// Things with commas between, and sometimes one at the end.
    fn listed<T>(&mut self, things: &[T], mut write: impl FnMut(&mut Self, &T)) {
        for (number, thing) in things.iter().enumerate() {
            write(self, thing);
            if number + 1 < things.len() || self.tape.rarely(5) {
                self.comma();
            }
        }
    }

    fn name(&mut self, name: &Name) {
        self.put(&name.text);
    }

    /// A name where any word and any text can be one.
    fn key(&mut self, name: &Name) {
        let is_word = |text: &str| {
            let mut chars = text.chars();
            chars
                .next()
                .is_some_and(|first| first.is_alphabetic() || first == '_')
                && chars.all(|c| c.is_alphanumeric() || c == '_')
        };
        if is_word(&name.text) && !self.tape.rarely(8) {
            return self.put(&name.text);
        }
        self.plain(&name.text);
    }

    fn path(&mut self, path: &Path) {
        for (number, name) in path.names.iter().enumerate() {
            if number > 0 {
                self.put(".");
            }
            self.put(&name.text);
        }
    }

    /// A text in which nothing is put.
    fn plain(&mut self, text: &str) {
        self.put("\"");
        self.escaped(text, false);
        self.put("\"");
    }

    /// Characters between quotes. A brace is only escaped where something could be put in.
    fn escaped(&mut self, text: &str, holes: bool) {
        for c in text.chars() {
            match c {
                '"' => self.put("\\\""),
                '\\' => self.put("\\\\"),
                '\n' => self.put("\\n"),
                '{' if holes => self.put("\\{"),
                '\t' if self.tape.rarely(2) => self.put("\\t"),
                '😀' if self.tape.rarely(2) => self.put("\\u{1F600}"),
                other => self.text.push(other),
            }
        }
    }

    /// `as NAME`
    fn alias(&mut self, alias: &Option<Name>) {
        if let Some(alias) = alias {
            self.word("as");
            self.name(alias);
        }
    }

    /// `"caption"`
    fn caption(&mut self, caption: &Option<ondo_grammar::ast::Str>) {
        if let Some(caption) = caption {
            self.blank();
            self.plain(&caption.text);
        }
    }
}
