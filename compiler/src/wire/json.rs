//! JSON text to a tree that keeps what decoding needs: numbers as they are written, and the text of every part.
//!
//! A message from outside is hostile until it is read: depth, keys and digits are bounded, and a key that stands twice is
//! an error, because two readers would see two different messages.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

/// Deepest nesting of lists and objects.
pub(crate) const DEPTH_MAX: usize = 128;
/// Most values in one message; each costs some 60 bytes of memory.
pub(crate) const NODES_MAX: usize = 250_000;
/// Longest number, in characters. 28 digits are read; more are only let through where nobody reads them.
pub(crate) const NUMBER_LENGTH_MAX: usize = 1_000;

/// A part of a JSON text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node<'a> {
    /// What it is.
    pub(crate) kind: Kind<'a>,
    /// Its own text; empty for what was made from a form or a query.
    pub(crate) raw: &'a str,
}

/// The kinds of values.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind<'a> {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// As written.
    Number(Cow<'a, str>),
    /// Unescaped.
    Text(Cow<'a, str>),
    /// `[…]`
    List(Vec<Node<'a>>),
    /// `{…}`, in order, no name twice.
    Object(Vec<(Cow<'a, str>, Node<'a>)>),
}

/// Why a text is not JSON (or too much of it).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JsonError {
    /// In bytes from the start.
    at: usize,
    what: &'static str,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.what, self.at)
    }
}

impl<'a> Node<'a> {
    /// A text that stands in no JSON.
    pub(crate) fn made(kind: Kind<'a>) -> Self {
        Node { kind, raw: "" }
    }

    /// The field with this name.
    pub(crate) fn field(&self, name: &str) -> Option<&Node<'a>> {
        let Kind::Object(fields) = &self.kind else {
            return None;
        };
        fields
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, node)| node)
    }

    /// Null was written.
    pub(crate) fn is_null(&self) -> bool {
        self.kind == Kind::Null
    }

    /// What it is, for messages. Never the value itself: it may be personal.
    pub(crate) fn describe(&self) -> &'static str {
        match self.kind {
            Kind::Null => "null",
            Kind::Bool(_) => "true or false",
            Kind::Number(_) => "a number",
            Kind::Text(_) => "text",
            Kind::List(_) => "a list",
            Kind::Object(_) => "an object",
        }
    }

    /// The JSON text of this part: as it came, or written anew.
    pub(crate) fn to_json(&self) -> String {
        if !self.raw.is_empty() {
            return self.raw.to_owned();
        }
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        match &self.kind {
            Kind::Null => out.push_str("null"),
            Kind::Bool(true) => out.push_str("true"),
            Kind::Bool(false) => out.push_str("false"),
            Kind::Number(text) => out.push_str(text),
            Kind::Text(text) => write_text(out, text),
            Kind::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
            Kind::Object(fields) => {
                out.push('{');
                for (index, (name, node)) in fields.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    write_text(out, name);
                    out.push(':');
                    node.write(out);
                }
                out.push('}');
            }
        }
    }
}

/// Writes a JSON text: only quotes, backslashes and control characters are escaped, all else is raw UTF-8.
pub(crate) fn write_text(out: &mut String, text: &str) {
    use std::fmt::Write as _;
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{0}'..='\u{1f}' => {
                // Writing to a text cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(char));
            }
            _ => out.push(char),
        }
    }
    out.push('"');
}

/// Reads a whole JSON text.
pub(crate) fn parse(bytes: &[u8]) -> Result<Node<'_>, JsonError> {
    let text = std::str::from_utf8(bytes).map_err(|error| JsonError {
        at: error.valid_up_to(),
        what: "bytes that are not UTF-8",
    })?;
    // Some senders put a byte order mark before the text.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut parser = Parser {
        text,
        at: 0,
        depth: 0,
        nodes: 0,
    };
    parser.skip_blanks();
    let node = parser.value()?;
    parser.skip_blanks();
    if parser.at < text.len() {
        return Err(parser.error("more text after the value"));
    }
    Ok(node)
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    nodes: usize,
}

impl<'a> Parser<'a> {
    fn value(&mut self) -> Result<Node<'a>, JsonError> {
        self.nodes += 1;
        if self.nodes > NODES_MAX {
            return Err(self.error("too many values"));
        }
        let start = self.at;
        let kind = match self.peek() {
            Some(b'{') => self.nested(Self::object)?,
            Some(b'[') => self.nested(Self::list)?,
            Some(b'"') => Kind::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => Kind::Number(Cow::Borrowed(self.number()?)),
            Some(b't') => self.word("true", Kind::Bool(true))?,
            Some(b'f') => self.word("false", Kind::Bool(false))?,
            Some(b'n') => self.word("null", Kind::Null)?,
            Some(_) => return Err(self.error("no value")),
            None => return Err(self.error("the text ends early")),
        };
        Ok(Node {
            kind,
            raw: &self.text[start..self.at],
        })
    }

    fn nested(
        &mut self,
        read: fn(&mut Self) -> Result<Kind<'a>, JsonError>,
    ) -> Result<Kind<'a>, JsonError> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(self.error("nested too deeply"));
        }
        self.at += 1;
        let kind = read(self)?;
        self.depth -= 1;
        Ok(kind)
    }

    fn object(&mut self) -> Result<Kind<'a>, JsonError> {
        let mut fields: Vec<(Cow<'a, str>, Node<'a>)> = Vec::new();
        self.skip_blanks();
        if self.take(b'}') {
            return Ok(Kind::Object(fields));
        }
        loop {
            self.skip_blanks();
            let at = self.at;
            let name = self.string()?;
            self.skip_blanks();
            if !self.take(b':') {
                return Err(self.error("no `:` after a name"));
            }
            self.skip_blanks();
            let node = self.value()?;
            fields.push((name, node));
            self.skip_blanks();
            if self.take(b',') {
                continue;
            }
            if !self.take(b'}') {
                return Err(self.error("no `,` or `}` after a field"));
            }
            if has_repeated_name(&fields) {
                return Err(JsonError {
                    at,
                    what: "an object with the same name twice",
                });
            }
            return Ok(Kind::Object(fields));
        }
    }

    fn list(&mut self) -> Result<Kind<'a>, JsonError> {
        let mut items = Vec::new();
        self.skip_blanks();
        if self.take(b']') {
            return Ok(Kind::List(items));
        }
        loop {
            self.skip_blanks();
            items.push(self.value()?);
            self.skip_blanks();
            if self.take(b',') {
                continue;
            }
            if self.take(b']') {
                return Ok(Kind::List(items));
            }
            return Err(self.error("no `,` or `]` after a value"));
        }
    }

    fn string(&mut self) -> Result<Cow<'a, str>, JsonError> {
        if !self.take(b'"') {
            return Err(self.error("no name in quotes"));
        }
        let start = self.at;
        let mut unescaped: Option<String> = None;
        let mut copied = start;
        loop {
            match self.peek() {
                None => return Err(self.error("a text without its closing quote")),
                Some(b'"') => {
                    let rest = &self.text[copied..self.at];
                    self.at += 1;
                    return Ok(match unescaped {
                        None => Cow::Borrowed(rest),
                        Some(mut text) => {
                            text.push_str(rest);
                            Cow::Owned(text)
                        }
                    });
                }
                Some(b'\\') => {
                    let text = unescaped.get_or_insert_default();
                    text.push_str(&self.text[copied..self.at]);
                    self.at += 1;
                    let char = self.escape()?;
                    unescaped.get_or_insert_default().push(char);
                    copied = self.at;
                }
                Some(0..=0x1f) => return Err(self.error("a control character inside a text")),
                Some(_) => self.at += 1,
            }
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let byte = self.peek();
        self.at += 1;
        Ok(match byte {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let high = self.hex4()?;
                let code = match high {
                    0xd800..=0xdbff => {
                        if !(self.take(b'\\') && self.take(b'u')) {
                            return Err(self.error("half of a character"));
                        }
                        let low = self.hex4()?;
                        if !(0xdc00..=0xdfff).contains(&low) {
                            return Err(self.error("half of a character"));
                        }
                        0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)
                    }
                    other => other,
                };
                char::from_u32(code).ok_or_else(|| self.error("half of a character"))?
            }
            _ => {
                self.at -= 1;
                return Err(self.error("an unknown escape"));
            }
        })
    }

    fn hex4(&mut self) -> Result<u32, JsonError> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4);
        let Some(digits) = digits.filter(|digits| digits.iter().all(u8::is_ascii_hexdigit)) else {
            return Err(self.error("an unknown escape"));
        };
        let code = digits
            .iter()
            .filter_map(|digit| char::from(*digit).to_digit(16))
            .fold(0, |code, digit| code * 16 + digit);
        self.at += 4;
        Ok(code)
    }

    fn number(&mut self) -> Result<&'a str, JsonError> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') && self.digits() == 0 {
            return Err(self.error("no digit"));
        }
        if self.take(b'.') && self.digits() == 0 {
            return Err(self.error("no digit behind the point"));
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            if self.digits() == 0 {
                return Err(self.error("no digit in the exponent"));
            }
        }
        if self.at - start > NUMBER_LENGTH_MAX {
            return Err(self.error("a number that is too long"));
        }
        Ok(&self.text[start..self.at])
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - start
    }

    fn word(&mut self, word: &str, kind: Kind<'a>) -> Result<Kind<'a>, JsonError> {
        if !self.text[self.at..].starts_with(word) {
            return Err(self.error("no value"));
        }
        self.at += word.len();
        Ok(kind)
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn error(&self, what: &'static str) -> JsonError {
        JsonError { at: self.at, what }
    }
}

fn has_repeated_name(fields: &[(Cow<'_, str>, Node<'_>)]) -> bool {
    if fields.len() < 16 {
        let names = fields.iter().enumerate();
        return names
            .into_iter()
            .any(|(index, (name, _))| fields[..index].iter().any(|(other, _)| other == name));
    }
    let mut seen = HashSet::with_capacity(fields.len());
    !fields.iter().all(|(name, _)| seen.insert(name.as_ref()))
}
