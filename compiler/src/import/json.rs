//! JSON to a tree with lines.
//!
//! `serde_json` tells the line of a mistake, but not of a value, and documents that people copy out of web pages have
//! no-break spaces between the tokens, which it refuses.

use indexmap::IndexMap;

use super::tree::{DEPTH_MAX, Kind, NODES_MAX, Node, Unreadable};

/// Reads a whole text.
pub(super) fn read(text: &str) -> Result<Node, Unreadable> {
    let mut reader = Reader {
        text,
        at: 0,
        line: 1,
        nodes: 0,
    };
    reader.skip_blanks();
    let node = reader.value(0)?;
    reader.skip_blanks();
    match reader.peek() {
        None => Ok(node),
        Some(found) => Err(reader.unreadable(format!("`{found}` behind the end of the document"))),
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    line: u32,
    nodes: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn unreadable(&self, message: impl Into<String>) -> Unreadable {
        Unreadable {
            line: self.line,
            message: message.into(),
        }
    }

    fn skip_blanks(&mut self) {
        while let Some(char) = self.peek() {
            match char {
                '\n' => self.line += 1,
                ' ' | '\t' | '\r' | '\u{a0}' | '\u{feff}' => {}
                _ => return,
            }
            self.at += char.len_utf8();
        }
    }

    /// Takes this character, or says what stands in its place.
    fn expect(&mut self, wanted: char) -> Result<(), Unreadable> {
        match self.peek() {
            Some(found) if found == wanted => {
                self.at += found.len_utf8();
                Ok(())
            }
            found => Err(self.wanted(&format!("`{wanted}`"), found)),
        }
    }

    fn wanted(&self, wanted: &str, found: Option<char>) -> Unreadable {
        match found {
            Some(found) => self.unreadable(format!("`{found}` where {wanted} is wanted")),
            None => self.unreadable(format!("the document ends where {wanted} is wanted")),
        }
    }

    fn value(&mut self, depth: usize) -> Result<Node, Unreadable> {
        self.nodes += 1;
        if self.nodes > NODES_MAX {
            return Err(self.unreadable(format!("more than {NODES_MAX} values")));
        }
        if depth > DEPTH_MAX {
            return Err(self.unreadable(format!("nested deeper than {DEPTH_MAX} levels")));
        }
        let line = self.line;
        let kind = match self.peek() {
            Some('{') => self.object(depth)?,
            Some('[') => self.list(depth)?,
            Some('"') => Kind::Text(self.string()?),
            Some('-' | '0'..='9') => self.number()?,
            found => self.word().ok_or_else(|| self.wanted("a value", found))?,
        };
        Ok(Node { kind, line })
    }

    fn word(&mut self) -> Option<Kind> {
        let words = [
            ("null", Kind::Null),
            ("true", Kind::Bool(true)),
            ("false", Kind::Bool(false)),
        ];
        let (word, kind) = words
            .into_iter()
            .find(|(word, _)| self.rest().starts_with(word))?;
        self.at += word.len();
        Some(kind)
    }

    fn number(&mut self) -> Result<Kind, Unreadable> {
        let is_part =
            |char: char| char.is_ascii_digit() || matches!(char, '-' | '+' | '.' | 'e' | 'E');
        let length = self
            .rest()
            .find(|char| !is_part(char))
            .unwrap_or(self.rest().len());
        let text = &self.rest()[..length];
        // The one reader of numbers, so that nothing is taken that nobody can write.
        if serde_json::from_str::<serde_json::Number>(text).is_err() {
            return Err(self.unreadable(format!("`{text}` is no number")));
        }
        let kind = Kind::Number(text.to_owned());
        self.at += length;
        Ok(kind)
    }

    fn string(&mut self) -> Result<String, Unreadable> {
        let rest = self.rest();
        let mut is_escaped = false;
        let end = rest[1..].char_indices().find(|(_, char)| {
            let is_end = *char == '"' && !is_escaped;
            is_escaped = *char == '\\' && !is_escaped;
            is_end || *char == '\n'
        });
        let Some((end, '"')) = end else {
            return Err(self.unreadable("a text without a closing quote"));
        };
        let quoted = &rest[..end + 2];
        let plain = &quoted[1..=end];
        let text = if plain.contains('\\') || plain.chars().any(char::is_control) {
            let unescaped = plain.replace('\t', "\\t");
            serde_json::from_str(&format!("\"{unescaped}\""))
                .map_err(|_| self.unreadable("a text with an escape that JSON does not have"))?
        } else {
            plain.to_owned()
        };
        self.at += end + 2;
        Ok(text)
    }

    fn list(&mut self, depth: usize) -> Result<Kind, Unreadable> {
        self.expect('[')?;
        let mut items = Vec::new();
        loop {
            self.skip_blanks();
            if self.peek() == Some(']') {
                break;
            }
            items.push(self.value(depth + 1)?);
            self.skip_blanks();
            match self.peek() {
                Some(',') => self.at += 1,
                Some(']') => break,
                found => return Err(self.wanted("`,` or `]`", found)),
            }
        }
        self.expect(']')?;
        Ok(Kind::List(items))
    }

    fn object(&mut self, depth: usize) -> Result<Kind, Unreadable> {
        self.expect('{')?;
        let mut fields = IndexMap::new();
        loop {
            self.skip_blanks();
            match self.peek() {
                Some('}') => break,
                Some('"') => {}
                found => return Err(self.wanted("a name in quotes", found)),
            }
            let name = self.string()?;
            self.skip_blanks();
            self.expect(':')?;
            self.skip_blanks();
            let value = self.value(depth + 1)?;
            if fields.contains_key(&name) {
                return Err(self.unreadable(format!("`{name}` stands twice in one object")));
            }
            fields.insert(name, value);
            self.skip_blanks();
            match self.peek() {
                Some(',') => self.at += 1,
                Some('}') => break,
                found => return Err(self.wanted("`,` or `}`", found)),
            }
        }
        self.expect('}')?;
        Ok(Kind::Object(fields))
    }
}
