//! The tree as s-expressions, for tests and for curious people: what was read, without places.
//!
//! ```
//! let parsed = ondo_grammar::parse("const CASHBACK = 5% + 1");
//! assert_eq!(ondo_grammar::debug::print(&parsed.file), "(const CASHBACK (+ 5% 1))\n");
//! ```

mod connectors;
mod exprs;
mod items;
mod steps;

use crate::ast::{Expr, File};

/// Every declaration as one s-expression; long ones are broken into lines.
pub fn print(file: &File) -> String {
    file.items
        .iter()
        .map(|item| items::item(item).render(0) + "\n")
        .collect()
}

/// One expression as an s-expression.
pub fn print_expr(expr: &Expr) -> String {
    exprs::expr(expr).render(0)
}

/// A word, or a list of them.
enum Sexp {
    Word(String),
    List(Vec<Sexp>),
}

const WIDTH: usize = 110;

impl Sexp {
    fn render(&self, indent: usize) -> String {
        let flat = self.flat();
        let Sexp::List(parts) = self else { return flat };
        if indent + flat.chars().count() <= WIDTH {
            return flat;
        }
        // Words stay on the first line, everything from the first list on has a line of its own.
        let words = parts
            .iter()
            .take_while(|part| matches!(part, Sexp::Word(_)))
            .count();
        let head: Vec<String> = parts.iter().take(words).map(Sexp::flat).collect();
        let mut text = format!("({}", head.join(" "));
        for part in &parts[words..] {
            text.push('\n');
            text.push_str(&" ".repeat(indent + 2));
            text.push_str(&part.render(indent + 2));
        }
        text.push(')');
        text
    }

    fn flat(&self) -> String {
        match self {
            Sexp::Word(word) => word.clone(),
            Sexp::List(parts) => format!(
                "({})",
                parts.iter().map(Sexp::flat).collect::<Vec<_>>().join(" ")
            ),
        }
    }

    fn with(mut self, part: impl Into<Sexp>) -> Sexp {
        if let Sexp::List(parts) = &mut self {
            parts.push(part.into());
        }
        self
    }

    /// Adds a part that may be missing.
    fn maybe(self, part: Option<impl Into<Sexp>>) -> Sexp {
        match part {
            Some(part) => self.with(part),
            None => self,
        }
    }

    /// Adds `(word part)` for a part that may be missing.
    fn tagged(self, word: &str, part: Option<impl Into<Sexp>>) -> Sexp {
        match part {
            Some(part) => self.with(list(word).with(part)),
            None => self,
        }
    }

    fn all<T: Into<Sexp>>(self, parts: impl IntoIterator<Item = T>) -> Sexp {
        parts.into_iter().fold(self, |all, part| all.with(part))
    }
}

impl From<&str> for Sexp {
    fn from(word: &str) -> Sexp {
        Sexp::Word(word.to_owned())
    }
}

impl From<String> for Sexp {
    fn from(word: String) -> Sexp {
        Sexp::Word(word)
    }
}

/// `(word …)`
fn list(word: impl Into<Sexp>) -> Sexp {
    Sexp::List(vec![word.into()])
}

fn quoted(text: &str) -> String {
    format!("{text:?}")
}
