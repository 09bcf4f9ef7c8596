//! The sentences. Each mistake has its own function, a stable code, and a help that can be typed.

use crate::SyntaxError;
use crate::ast::{Name, Span};
use crate::cst::{Node, Rule};

fn error(code: &'static str, span: Span, message: impl Into<String>) -> SyntaxError {
    SyntaxError {
        code,
        message: message.into(),
        span,
        label: String::new(),
        related: None,
        help: None,
    }
}

impl SyntaxError {
    fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    fn related(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related = Some((span, label.into()));
        self
    }
}

// ---------------------------------------------------------------------------------------------------- wrong operators

/// The explanation of an operator that another language has. None for our own.
pub(crate) fn operator_slip(sign: &Node<'_>) -> Option<SyntaxError> {
    let at = sign.span;
    Some(match sign.rule {
        Rule::slip_equals => error(
            "single-equals",
            at,
            "`=` sets a value; to compare, write `==`",
        )
        .label("compares nothing")
        .help("=="),
        Rule::slip_eq3 => error(
            "triple-equals",
            at,
            "two equals signs are enough to compare",
        )
        .label("one `=` too many")
        .help("=="),
        Rule::slip_ne3 => error("triple-equals", at, "`!=` is enough to compare")
            .label("one `=` too many")
            .help("!="),
        Rule::slip_ltgt => {
            error("symbol-not-equal", at, "\"is not equal\" is written `!=`").help("!=")
        }
        Rule::slip_and => error(
            "symbol-and",
            at,
            "conditions are joined with the word `and`",
        )
        .help("and"),
        Rule::slip_or => error(
            "symbol-and",
            at,
            "alternatives are joined with the word `or`",
        )
        .help("or"),
        Rule::slip_upper => {
            let word = sign.text.to_lowercase();
            error(
                "keyword-case",
                at,
                format!("`{word}` is written in small letters"),
            )
            .help(word)
        }
        Rule::slip_mod => error(
            "symbol-modulo",
            at,
            "`%` makes a percentage; the rest of a division is `mod`",
        )
        .label("no operator")
        .help("mod(a, b)"),
        Rule::slip_is => error("word-is", at, "to compare, write `==`")
            .label("`is` compares nothing")
            .help("=="),
        Rule::slip_is_not => error("word-is", at, "to compare, write `!=`")
            .label("`is not` compares nothing")
            .help("!="),
        _ => return None,
    })
}

/// `!x`, `NOT x`
pub(crate) fn not_slip(sign: &Node<'_>) -> SyntaxError {
    match sign.rule {
        Rule::slip_bang => error("symbol-and", sign.span, "\"not\" is a word: `not`").help("not"),
        _ => error(
            "keyword-case",
            sign.span,
            "`not` is written in small letters",
        )
        .help("not"),
    }
}

/// `a < b < c`
pub(crate) fn chained_comparison(at: Span) -> SyntaxError {
    error(
        "chained-comparison",
        at,
        "two comparisons in a row; join them with `and`",
    )
    .label("compares the result of a comparison")
    .help("a < b and b < c")
}

/// `c ? a : b`
pub(crate) fn ternary(
    text: &str,
    at: Span,
    cond: Span,
    then: Span,
    otherwise: Span,
) -> SyntaxError {
    let help = format!(
        "if {} then {} else {}",
        cond.text(text),
        then.text(text),
        otherwise.text(text)
    );
    error(
        "ternary",
        at,
        "a choice between two values is written with `if`, `then` and `else`",
    )
    .help(help)
}

/// `phone = x` where `phone: x` is meant.
pub(crate) fn equals_for_colon(at: Span, name: &Name, what: &str) -> SyntaxError {
    error(
        "equals-for-colon",
        at,
        format!("{what} and its value are joined with `:`"),
    )
    .label("`:` is wanted here")
    .help(format!("{}:", name.text))
}

/// `x as T` with `null` in a union.
pub(crate) fn null_type(at: Span, base: Option<&str>) -> SyntaxError {
    let found = error(
        "null-type",
        at,
        "a type that can be absent is written with `?`",
    )
    .label("`null` is a value, no type");
    match base {
        Some(base) => found.help(format!("{base}?")),
        None => found,
    }
}

/// `T[]`
pub(crate) fn array_type(at: Span, base: &str) -> SyntaxError {
    error(
        "array-type",
        at,
        "a list is written with brackets around the type of its elements",
    )
    .help(format!("[{base}]"))
}

/// `"a" => b`
pub(crate) fn fat_arrow(at: Span) -> SyntaxError {
    error(
        "fat-arrow",
        at,
        "a pattern and its value are joined with `->`",
    )
    .help("->")
}

/// `_ -> x`
pub(crate) fn wildcard(at: Span) -> SyntaxError {
    error(
        "wildcard",
        at,
        "the arm for all other values begins with `else`",
    )
    .help("else ->")
}

/// `None`, `True`
pub(crate) fn foreign_literal(at: Span, found: &str, word: &str) -> SyntaxError {
    error(
        "foreign-literal",
        at,
        format!("`{found}` is written `{word}`"),
    )
    .help(word)
}

// --------------------------------------------------------------------------------------------------------------- texts

/// `'text'`
pub(crate) fn single_quotes(at: Span, inner: &str) -> SyntaxError {
    error("single-quotes", at, "a text stands in double quotes")
        .label("single quotes")
        .help(format!("\"{inner}\""))
}

/// `“text”`
pub(crate) fn typographic_quotes(at: Span, inner: &str) -> SyntaxError {
    error(
        "typographic-quotes",
        at,
        "a text stands in straight double quotes",
    )
    .label("typographic quotes, as word processors make them")
    .help(format!("\"{inner}\""))
}

/// `"abc` and the end of the line.
pub(crate) fn unterminated_text(at: Span, text: &str) -> SyntaxError {
    let wanted = if text.starts_with("\"\"\"") {
        "\"\"\""
    } else {
        text.get(..1).unwrap_or("\"")
    };
    let found = error(
        "unterminated-text",
        at,
        format!("the text is not closed: `{wanted}` is missing at its end"),
    )
    .label("begins here");
    match wanted {
        "\"" => found.help(
            "a text ends on its line; a text of several lines stands between `\"\"\"` and `\"\"\"`",
        ),
        _ => found,
    }
}

/// `"{a` + line break + `}"`
pub(crate) fn line_break_in_text(at: Span) -> SyntaxError {
    error(
        "unterminated-text",
        at,
        "a text ends on its line, also inside of `{ }`",
    )
    .help("a text of several lines stands between `\"\"\"` and `\"\"\"`")
}

/// `\q`
pub(crate) fn unknown_escape(at: Span, found: &str) -> SyntaxError {
    error(
        "unknown-escape",
        at,
        format!("`{found}` stands for nothing in a text"),
    )
    .label("known are `\\n`, `\\t`, `\\r`, `\\\"`, `\\\\`, `\\{`, `\\}` and `\\u{41}`")
    .help(format!("\\{found}"))
}

/// `{` in a text that holds no expression.
pub(crate) fn broken_hole(at: Span, found: &str) -> SyntaxError {
    if !found.ends_with('}') {
        return error(
            "unclosed",
            at,
            "`{` in a text begins a value, and `}` is missing behind it",
        )
        .help("write `\\{` for a brace that is part of the text");
    }
    let inner = found.trim_start_matches('{').trim_end_matches('}').trim();
    let message = match inner {
        "" => "there is no value between `{` and `}`".to_owned(),
        _ => format!("`{inner}` cannot be read as a value"),
    };
    error("text-hole", at, message).help("write `\\{` for a brace that is part of the text")
}

/// `{{name}}`
pub(crate) fn double_braces(at: Span, found: &str) -> SyntaxError {
    let inner = found.trim_matches(['{', '}']).trim();
    error(
        "double-braces",
        at,
        "one pair of braces puts a value into a text",
    )
    .help(format!("{{{inner}}}"))
}

// --------------------------------------------------------------------------------------------------------- what is missing

/// `f(a: 1 b: 2)`
pub(crate) fn missing_comma(next: Span) -> SyntaxError {
    error("missing-comma", next, "a comma is missing before this").help(",")
}

/// `rule x on …`
pub(crate) fn missing_colon(next: Span) -> SyntaxError {
    error(
        "missing-colon",
        next,
        "expected `:` between the rule's name and what starts it",
    )
    .help("rule name: on …")
}

/// `on a.b { … }`
pub(crate) fn missing_do(next: Span) -> SyntaxError {
    error(
        "missing-do",
        next,
        "expected `do` before the steps of the rule",
    )
    .label("the steps begin here")
    .help("do")
}

/// An opener without closer.
pub(crate) fn unclosed(open: Span, opener: &str, at: Span, why: &str) -> SyntaxError {
    let closer = match opener {
        "(" => ")",
        "[" => "]",
        _ => "}",
    };
    error(
        "unclosed",
        open,
        format!("`{opener}` is never closed: `{closer}` is missing"),
    )
    .label("opened here")
    .related(at, why)
    .help(closer)
}

/// `/* …` and the end of the file.
pub(crate) fn open_comment(at: Span) -> SyntaxError {
    let start = Span {
        start: at.start,
        end: at.start + 2,
    };
    error(
        "unclosed",
        start,
        "the comment is never closed: `*/` is missing",
    )
    .label("opened here")
    .help("*/")
}

/// `)` or `;` where nothing wants it.
pub(crate) fn stray(at: Span, sign: &str, place: &str) -> SyntaxError {
    match sign {
        ";" => error(
            "semicolon",
            at,
            "steps and declarations need no `;` at their end",
        ),
        "," => error(
            "statement-comma",
            at,
            format!("no comma is needed after {place}"),
        ),
        _ => error("unopened", at, format!("this `{sign}` closes nothing")),
    }
}

// --------------------------------------------------------------------------------------------------------------- steps

/// `x = 5`
pub(crate) fn assignment(at: Span, name: &str) -> SyntaxError {
    error(
        "missing-let",
        at,
        format!("a new name begins with `let`; the value of `{name}` never changes afterwards"),
    )
    .help(format!("let {name} ="))
}

/// `var x = 5`
pub(crate) fn var_word(at: Span, name: &str) -> SyntaxError {
    error("missing-let", at, "in steps a new name begins with `let`").help(format!("let {name} ="))
}

/// `let x := 5`
pub(crate) fn walrus(at: Span, name: &str) -> SyntaxError {
    error("colon-equals", at, "a name gets its value with `=`").help(format!("let {name} ="))
}

/// `elif`
pub(crate) fn elif(at: Span, found: &str) -> SyntaxError {
    error("else-if", at, format!("`{found}` is written as two words")).help("else if")
}

/// `return x`
pub(crate) fn return_step(at: Span) -> SyntaxError {
    error(
        "return-step",
        at,
        "a rule returns nothing; to end it early, write `stop`",
    )
    .help("stop \"why\"")
}

/// `order.id` as a step.
pub(crate) fn value_as_step(at: Span, found: &str) -> SyntaxError {
    if found == "fail" {
        return error("value-as-step", at, "`fail` needs a reason").help("fail \"why\"");
    }
    error(
        "value-as-step",
        at,
        "a value alone does nothing; a step is a call such as `account.action(…)`",
    )
    .help(format!("let name = {found}"))
}

// -------------------------------------------------------------------------------------------------------------- limits

/// Too many brackets in brackets.
pub(crate) fn too_deep(at: Span, most: usize) -> SyntaxError {
    error(
        "too-deep",
        at,
        format!("more than {most} levels of brackets and conditions in one another"),
    )
    .help("give inner parts a name with `let` or `fn`")
}

/// Too many operators in one expression.
pub(crate) fn chain_too_long(at: Span) -> SyntaxError {
    error(
        "too-deep",
        at,
        "this value has more than 256 parts in a row",
    )
    .help("split it with `let`")
}

// --------------------------------------------------------------------------------------------------------- other languages

/// A word or sign of another language.
pub(crate) fn foreign(
    code: &'static str,
    at: Span,
    sentence: &str,
    help: Option<&str>,
) -> SyntaxError {
    let found = error(code, at, sentence);
    match help {
        Some(help) => found.help(help),
        None => found,
    }
}

/// `оn` with Cyrillic letters.
pub(crate) fn lookalike_keyword(at: Span, latin: &str, strange: &str) -> SyntaxError {
    let letters = match strange.chars().count() {
        1 => format!("the letter `{strange}` of another alphabet"),
        _ => format!("the letters `{strange}` of another alphabet"),
    };
    error(
        "lookalike-keyword",
        at,
        format!("this looks like `{latin}`, but is written with {letters}"),
    )
    .label("not Latin")
    .help(latin)
}

/// `let x == 5`
pub(crate) fn double_equals(at: Span) -> SyntaxError {
    error(
        "double-equals",
        at,
        "`==` compares; a name gets its value with `=`",
    )
    .help("=")
}

/// `if c then stop`
pub(crate) fn then_in_steps(at: Span) -> SyntaxError {
    error(
        "then-in-steps",
        at,
        "`then` chooses a value; steps stand between `{` and `}`",
    )
    .help("if condition { … }")
}

/// `if c:`
pub(crate) fn steps_colon(at: Span) -> SyntaxError {
    error(
        "steps-colon",
        at,
        "steps stand between `{` and `}`, not behind `:`",
    )
    .help("if condition { … }")
}

/// `let x = if c { … }`
pub(crate) fn braces_in_value(at: Span) -> SyntaxError {
    error(
        "missing-then",
        at,
        "braces hold steps; a value is chosen with `then` and `else`",
    )
    .help("if condition then value else other")
}

/// `10min`
pub(crate) fn duration_unit(at: Span, short: &str) -> SyntaxError {
    error(
        "duration-unit",
        at,
        "a duration is a number with `ms`, `s`, `m`, `h`, `d` or `w` directly behind it",
    )
    .help(short)
}

/// `let if = 5`
pub(crate) fn reserved_word(at: Span, word: &str) -> SyntaxError {
    error(
        "reserved-word",
        at,
        format!("`{word}` is a word of the language and cannot be a name"),
    )
    .help(format!("{word}_"))
}

/// `on error` in a block
pub(crate) fn error_outcome(at: Span) -> SyntaxError {
    error(
        "error-outcome",
        at,
        "`error` is no outcome of a call; `on error` stands behind the steps of the whole rule",
    )
    .help("} on error as e { … }")
}

/// `ruel x: …`
pub(crate) fn no_declaration(at: Span, word: &str, nearest: Option<&str>) -> SyntaxError {
    let found = error(
        "unknown-declaration",
        at,
        format!("`{word}` begins no declaration"),
    );
    match nearest {
        Some(nearest) => found.help(nearest),
        None => found.help("a rule begins with `rule NAME:` or `on account.event`"),
    }
}

/// `let x = 5` outside of a rule
pub(crate) fn step_outside(at: Span, word: &str) -> SyntaxError {
    let found = error(
        "step-outside-rule",
        at,
        format!("`{word}` begins a step, and steps stand in rules, after `do`"),
    );
    match word {
        "let" => found.help("const NAME = 5%"),
        _ => found.help("on account.event do { … }"),
    }
}

/// `foo bar`
pub(crate) fn no_step(at: Span, word: &str) -> SyntaxError {
    error("unknown-step", at, format!("`{word}` begins no step"))
        .help("account.action(name: value)")
}

/// `do a.b() c.d()`
pub(crate) fn second_step(at: Span) -> SyntaxError {
    error(
        "missing-braces",
        at,
        "one step can stand after `do`; several stand between `{` and `}`",
    )
    .help("do { … }")
}

/// `§`
pub(crate) fn unexpected_character(at: Span, sign: char) -> SyntaxError {
    error(
        "unexpected-character",
        at,
        format!("the sign `{sign}` means nothing here"),
    )
}

// -------------------------------------------------------------------------------------------------------------- generic

/// A word that holds a construct together.
pub(crate) fn missing_word(
    code: &'static str,
    next: Span,
    sentence: &str,
    help: &str,
) -> SyntaxError {
    error(code, next, sentence).help(help)
}

/// `{ phone "1" }`
pub(crate) fn missing_colon_after(next: Span, name: &str) -> SyntaxError {
    error(
        "missing-colon",
        next,
        format!("expected `:` after `{name}`"),
    )
    .help(format!("{name}:"))
}

/// What was found and what was wanted, at most three alternatives.
pub(crate) fn expected(at: Span, found: &str, wanted: &[String]) -> SyntaxError {
    let found = match found {
        "" => "the end of the file".to_owned(),
        "\n" => "the end of the line".to_owned(),
        _ => format!("`{found}`"),
    };
    match wanted {
        [] => error("expected", at, format!("{found} cannot stand here")),
        [one] => error("expected", at, format!("expected {one}, found {found}")),
        [one, two] => error(
            "expected",
            at,
            format!("expected {one} or {two}, found {found}"),
        ),
        [one, two, three, ..] => error(
            "expected",
            at,
            format!("expected {one}, {two} or {three}, found {found}"),
        ),
    }
}
