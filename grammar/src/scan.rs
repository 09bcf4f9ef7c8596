//! One pass over the characters before the grammar: comments, brackets and texts that are not closed, and how deep it goes.
//!
//! The grammar calls itself for each nested bracket. The pass counts first, so that no text of a user can use up the
//! stack; and it remembers openers, because a message about a missing bracket has to point at its opener.

use crate::Comment;
use crate::ast::Span;

/// How deep brackets, conditions and signs may be nested. People stay below 20.
pub(crate) const DEPTH_MAX: usize = 200;

/// What the pass found.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// All comments in the order of the text.
    pub(crate) comments: Vec<Comment>,
    /// Openers and closers that belong together.
    pub(crate) pairs: Vec<(u32, u32)>,
    /// Openers without a closer, in the order of the text.
    pub(crate) unclosed: Vec<Unclosed>,
    /// Texts that do not end: from the quote to the end of the line or file.
    pub(crate) unterminated: Vec<Span>,
    /// A comment `/*` without `*/`.
    pub(crate) open_comment: Option<Span>,
    /// Where the text becomes deeper than [`DEPTH_MAX`].
    pub(crate) too_deep: Option<u32>,
    /// How deep it becomes.
    pub(crate) depth: usize,
}

/// A bracket that is not closed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unclosed {
    /// The opener.
    pub(crate) open: u32,
    /// Where it became clear.
    pub(crate) until: u32,
}

/// A bracket, or a text, that is open at the moment.
struct Frame {
    open: usize,
    kind: Kind,
    /// Nested conditions and signs in this bracket, which use the stack like brackets do.
    chain: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// The file itself.
    File,
    /// With its closer.
    Bracket(u8),
    /// `"…"`
    Line,
    /// `"""…"""`
    Block,
}

/// Words that begin a declaration at the beginning of a line.
const HEADS: &[&str] = &[
    "bundle",
    "use",
    "account",
    "allow",
    "const",
    "table",
    "type",
    "extend",
    "fn",
    "rule",
    "test",
    "connector",
];

/// Words after which an operand is still to come.
const OPEN_WORDS: &[&str] = &[
    "and", "or", "not", "in", "if", "then", "else", "for", "match", "let", "on", "do", "when",
    "catch", "as", "fail",
];

/// Looks at the whole text once.
pub(crate) fn scan(text: &str) -> Scan {
    let mut pass = Pass {
        text,
        bytes: text.as_bytes(),
        at: 0,
        frames: vec![Frame {
            open: 0,
            kind: Kind::File,
            chain: 0,
        }],
        chains: 0,
        after_operand: false,
        found: Scan::default(),
    };
    // What is too deep is not read at all; looking further could only take long.
    while pass.at < pass.bytes.len() && pass.found.too_deep.is_none() {
        match pass.kind() {
            Kind::Line | Kind::Block => pass.in_text(),
            _ => pass.in_code(),
        }
    }
    pass.close_all(text.len());
    pass.found.unclosed.sort_by_key(|bracket| bracket.open);
    pass.found.pairs.sort_unstable();
    pass.found
}

struct Pass<'i> {
    text: &'i str,
    bytes: &'i [u8],
    at: usize,
    frames: Vec<Frame>,
    /// Sum of all chains.
    chains: usize,
    /// The last token can end an operand.
    after_operand: bool,
    found: Scan,
}

impl Pass<'_> {
    fn kind(&self) -> Kind {
        self.frames.last().map_or(Kind::File, |frame| frame.kind)
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn push(&mut self, kind: Kind) {
        self.frames.push(Frame {
            open: self.at,
            kind,
            chain: 0,
        });
        self.deeper();
    }

    fn pop(&mut self) -> usize {
        let Some(frame) = self.frames.pop() else {
            return 0;
        };
        self.chains -= frame.chain;
        frame.open
    }

    fn deeper(&mut self) {
        let depth = self.frames.len() - 1 + self.chains;
        self.found.depth = self.found.depth.max(depth);
        if depth > DEPTH_MAX && self.found.too_deep.is_none() {
            self.found.too_deep = Some(self.at as u32);
        }
    }

    fn in_text(&mut self) {
        let block = self.kind() == Kind::Block;
        match self.bytes[self.at] {
            b'\\' if self.bytes.get(self.at + 1) != Some(&b'\n') => self.at += 2,
            b'"' if !block || self.rest().starts_with("\"\"\"") => {
                self.pop();
                self.at += if block { 3 } else { 1 };
                self.after_operand = true;
            }
            b'\n' if !block => self.break_line(),
            b'{' => {
                self.push(Kind::Bracket(b'}'));
                self.at += 1;
                self.after_operand = false;
            }
            _ => self.at += 1,
        }
    }

    /// A line ends while a text is open: the outermost such text is not terminated.
    fn break_line(&mut self) {
        if let Some(index) = self
            .frames
            .iter()
            .position(|frame| frame.kind == Kind::Line)
        {
            let open = self.frames[index].open;
            while self.frames.len() > index {
                self.pop();
            }
            self.found.unterminated.push(Span {
                start: open as u32,
                end: self.at as u32,
            });
        }
        self.at += 1;
        self.line_start();
    }

    /// A declaration at the beginning of a line: what is still open was forgotten.
    fn line_start(&mut self) {
        let head = HEADS.iter().any(|head| {
            self.rest().strip_prefix(head).is_some_and(|rest| {
                rest.trim_start_matches(' ').len() < rest.len()
                    && rest.trim_start().starts_with(|next: char| {
                        next.is_alphanumeric() || next == '"' || next == '_'
                    })
            })
        });
        if head
            && self.frames.len() > 1
            && !self.frames.iter().any(|frame| frame.kind == Kind::Block)
        {
            self.close_all(self.at);
        }
        if head && let Some(frame) = self.frames.first_mut() {
            self.chains -= frame.chain;
            frame.chain = 0;
        }
    }

    fn close_all(&mut self, until: usize) {
        for frame in self.frames.drain(1..) {
            self.chains -= frame.chain;
            let open = frame.open as u32;
            match frame.kind {
                Kind::Line | Kind::Block => self.found.unterminated.push(Span {
                    start: open,
                    end: until as u32,
                }),
                _ => self.found.unclosed.push(Unclosed {
                    open,
                    until: until as u32,
                }),
            }
        }
    }

    fn in_code(&mut self) {
        let byte = self.bytes[self.at];
        let in_line = self.frames.iter().any(|frame| frame.kind == Kind::Line);
        match byte {
            b'\n' => self.break_line(),
            b' ' | b'\t' | b'\r' => self.at += 1,
            b'/' if self.rest().starts_with("//") && !in_line => {
                let length = self.rest().find('\n').unwrap_or(self.rest().len());
                self.comment(length);
            }
            b'/' if self.rest().starts_with("/*") => {
                match self.rest().get(2..).and_then(|rest| rest.find("*/")) {
                    Some(length) => self.comment(length + 4),
                    None => {
                        let span = Span {
                            start: self.at as u32,
                            end: self.bytes.len() as u32,
                        };
                        self.found.open_comment = Some(span);
                        self.comment(self.rest().len());
                    }
                }
            }
            b'"' => {
                let block = self.rest().starts_with("\"\"\"");
                self.push(if block { Kind::Block } else { Kind::Line });
                self.at += if block { 3 } else { 1 };
            }
            b'`' | b'\'' => self.quoted(byte),
            b'(' => self.open(b')'),
            b'[' => self.open(b']'),
            b'{' => self.open(b'}'),
            b')' | b']' | b'}' => self.close(byte),
            b'-' | b'!' => self.sign(),
            b'?' => {
                // `c ? a : b` of other languages nests; `T?` and `a?.b` do not.
                if self.bytes.get(self.at + 1) == Some(&b' ')
                    && self.at > 0
                    && self.bytes[self.at - 1] == b' '
                {
                    self.nest();
                }
                self.at += 1;
            }
            b',' | b';' => {
                self.reset();
                self.after_operand = false;
                self.at += 1;
            }
            _ if byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80 => self.word(),
            _ => {
                self.after_operand = false;
                self.at += 1;
            }
        }
    }

    fn comment(&mut self, length: usize) {
        // The line break of Windows is no part of a comment.
        let text = self
            .rest()
            .get(..length)
            .unwrap_or("")
            .trim_end_matches('\r');
        let span = Span {
            start: self.at as u32,
            end: (self.at + text.len()) as u32,
        };
        self.found.comments.push(Comment { span });
        self.at += length;
    }

    fn quoted(&mut self, quote: u8) {
        let line = self.rest().lines().next().unwrap_or("");
        match line.get(1..).and_then(|rest| rest.find(quote as char)) {
            Some(length) => self.at += length + 2,
            None if self.at > 0 && self.bytes[self.at - 1] == b'r' || quote == b'`' => {
                let end = self.at + line.len();
                self.found.unterminated.push(Span {
                    start: self.at as u32,
                    end: end as u32,
                });
                self.at = end.max(self.at + 1);
            }
            None => self.at += 1,
        }
        self.after_operand = true;
    }

    fn open(&mut self, closer: u8) {
        self.push(Kind::Bracket(closer));
        self.at += 1;
        self.after_operand = false;
    }

    fn close(&mut self, closer: u8) {
        // The nearest opener of this kind, but never past the quote of a text.
        let mut wanted = None;
        for (index, frame) in self.frames.iter().enumerate().rev() {
            match frame.kind {
                Kind::Bracket(kind) if kind == closer => {
                    wanted = Some(index);
                    break;
                }
                Kind::Bracket(_) => {}
                _ => break,
            }
        }
        if let Some(index) = wanted {
            while self.frames.len() > index + 1 {
                let open = self.pop() as u32;
                self.found.unclosed.push(Unclosed {
                    open,
                    until: self.at as u32,
                });
            }
            let open = self.pop() as u32;
            self.found.pairs.push((open, self.at as u32));
        }
        self.at += 1;
        self.after_operand = true;
    }

    /// `-` and `!` before an operand.
    fn sign(&mut self) {
        if !self.after_operand {
            self.nest();
        }
        self.after_operand = false;
        self.at += 1;
    }

    fn word(&mut self) {
        let length = self
            .rest()
            .find(|c: char| !(c.is_alphanumeric() || c == '_'))
            .unwrap_or(self.rest().len());
        let length = length.max(self.rest().chars().next().map_or(1, char::len_utf8));
        let word = self.rest().get(..length).unwrap_or("");
        if word == "r" && self.bytes.get(self.at + 1) == Some(&b'\'') {
            self.at += 1;
            return self.quoted(b'\'');
        }
        let opens = OPEN_WORDS.contains(&word);
        let nests = matches!(word, "if" | "match" | "not" | "fail" | "NOT");
        let begins = matches!(
            word,
            "if" | "match" | "fail" | "let" | "for" | "on" | "do" | "when"
        );
        if begins && self.after_operand {
            self.reset();
        } else if nests && !self.after_operand {
            self.nest();
        }
        self.after_operand = !opens;
        self.at += length;
    }

    fn nest(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.chain += 1;
            self.chains += 1;
        }
        self.deeper();
    }

    fn reset(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            self.chains -= frame.chain;
            frame.chain = 0;
        }
    }
}
