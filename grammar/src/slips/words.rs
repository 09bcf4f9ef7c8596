//! Words and signs of other languages, as tables.

/// Hard words: they are never names.
pub(super) const HARD_WORDS: &[&str] = &[
    "and", "or", "not", "in", "if", "then", "else", "for", "match", "let", "on", "do", "when",
    "catch", "as", "true", "false", "null", "omit",
];

/// Words that begin a declaration.
pub(super) const DECLARATIONS: &[&str] = &[
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
    "on",
    "every",
    "cron",
    "test",
    "connector",
    "setting",
    "auth",
    "hook",
    "answer",
    "code",
    "limit",
    "event",
    "action",
    "sandbox",
];

/// Words of other languages at the beginning of a declaration or step: code, sentence, what to type.
pub(super) const FOREIGN: &[(&[&str], &str, &str, &str)] = &[
    (
        &["function", "def", "func", "fun", "sub"],
        "foreign-word",
        "a function begins with `fn`",
        "fn name(x: int) -> int = x * 2",
    ),
    (
        &["var", "val", "dim"],
        "missing-let",
        "a new name begins with `let` in steps, with `const` outside of rules",
        "const NAME = 5%",
    ),
    (
        &["import", "include", "require"],
        "foreign-word",
        "another file is named with `use`",
        "use \"lib/common.ondo\" as common",
    ),
    (
        &["while", "loop", "repeat", "until"],
        "foreign-word",
        "there is no `while`: a loop goes over a list",
        "for item in items { … }",
    ),
    (
        &["foreach", "each"],
        "foreign-word",
        "a loop is written with `for` and `in`",
        "for item in items { … }",
    ),
    (
        &["try", "except", "finally", "rescue"],
        "foreign-word",
        "failures are handled by `catch` in a value and by `on error` after a rule",
        "value catch other",
    ),
    (
        &["throw", "raise", "abort", "panic"],
        "foreign-word",
        "a run is ended as failed with `fail`",
        "fail \"why\"",
    ),
    (
        &["switch", "case", "select"],
        "foreign-word",
        "a choice among values is written with `match`",
        "match x { \"a\" -> …  else -> … }",
    ),
    (
        &["break", "continue", "exit", "quit", "pass"],
        "foreign-word",
        "a loop always goes to its end; a run ends with `stop`",
        "stop \"why\"",
    ),
    (
        &["async", "await", "yield"],
        "foreign-word",
        "every step waits for its answer by itself",
        "let answer = account.action(…)",
    ),
    (
        &["class", "struct", "interface", "record", "enum"],
        "foreign-word",
        "a type is declared with `type`",
        "type Lead = { id: int, phone: string }",
    ),
    (
        &["trigger", "workflow", "job"],
        "foreign-word",
        "what happens is written as a rule",
        "rule name: on account.event do …",
    ),
    (
        &["elif", "elsif", "elseif"],
        "else-if",
        "`else if` is written as two words and follows a `}`",
        "else if",
    ),
    (
        &["begin", "end", "endif", "endfor", "fi", "done"],
        "foreign-word",
        "blocks stand between `{` and `}`",
        "}",
    ),
    (
        &["return"],
        "return-step",
        "a rule returns nothing; to end it early, write `stop`",
        "stop \"why\"",
    ),
    (
        &["new"],
        "foreign-word",
        "an object is written with braces",
        "{ name: value }",
    ),
];

/// Words between two values that are functions here, or operators with another name.
pub(super) const BETWEEN: &[(&[&str], &str, &str)] = &[
    (
        &["contains", "includes"],
        "\"contains\" is a function",
        "contains(text, part)",
    ),
    (
        &["like", "ilike", "rlike", "regexp", "regex"],
        "a text is compared with a pattern by `matches`",
        "text matches r'…'",
    ),
    (
        &["startsWith", "starts_with", "startswith"],
        "\"starts with\" is a function",
        "starts_with(text, part)",
    ),
    (
        &["endsWith", "ends_with", "endswith"],
        "\"ends with\" is a function",
        "ends_with(text, part)",
    ),
    (
        &["mod", "MOD"],
        "the rest of a division is a function",
        "mod(a, b)",
    ),
    (
        &["between", "BETWEEN"],
        "\"between\" is two comparisons",
        "x >= a and x <= b",
    ),
    (&["equals", "eq"], "to compare, write `==`", "a == b"),
    (
        &["xor", "XOR"],
        "\"either or\" is a comparison of two conditions",
        "a != b",
    ),
    (
        &["In", "IN"],
        "`in` is written in small letters",
        "x in [a, b]",
    ),
    (
        &["Then", "THEN"],
        "`then` is written in small letters",
        "then",
    ),
    (
        &["Else", "ELSE"],
        "`else` is written in small letters",
        "else",
    ),
    (&["Do", "DO"], "`do` is written in small letters", "do"),
    (
        &["When", "WHEN", "where", "WHERE"],
        "a condition begins with `when`",
        "when status == \"new\"",
    ),
    (
        &["unless"],
        "a condition begins with `when`, and `not` turns it around",
        "when not (status == \"new\")",
    ),
    (
        &["LIKE"],
        "a text is compared with a pattern by `matches`",
        "text matches r'…'",
    ),
];

/// Signs of other languages, longest first: code, sentence, what to type.
pub(super) const SIGNS: &[(&str, &str, &str, Option<&str>)] = &[
    (
        "=>",
        "fat-arrow",
        "there are no functions between values; a list is built with `for`",
        Some("[f(x) for x in xs]"),
    ),
    (
        ":=",
        "colon-equals",
        "a name gets its value with `=`",
        Some("="),
    ),
    (
        "++",
        "foreign-sign",
        "the value of a name never changes; make a new one",
        Some("let next = x + 1"),
    ),
    (
        "--",
        "foreign-sign",
        "the value of a name never changes; a comment begins with `//`",
        Some("//"),
    ),
    (
        "+=",
        "foreign-sign",
        "the value of a name never changes; make a new one",
        Some("let sum = a + b"),
    ),
    (
        "-=",
        "foreign-sign",
        "the value of a name never changes; make a new one",
        Some("let rest = a - b"),
    ),
    (
        "*=",
        "foreign-sign",
        "the value of a name never changes; make a new one",
        Some("let product = a * b"),
    ),
    (
        "/=",
        "foreign-sign",
        "the value of a name never changes; make a new one",
        Some("let part = a / b"),
    ),
    (
        "**",
        "foreign-sign",
        "there is no sign for powers; multiply",
        Some("x * x"),
    ),
    (
        "^",
        "foreign-sign",
        "there is no sign for powers; multiply",
        Some("x * x"),
    ),
    (
        "&&",
        "symbol-and",
        "conditions are joined with the word `and`",
        Some("and"),
    ),
    (
        "||",
        "symbol-and",
        "alternatives are joined with the word `or`",
        Some("or"),
    ),
    (
        "&",
        "symbol-and",
        "conditions are joined with the word `and`; texts are joined inside of quotes",
        Some("\"{a}{b}\""),
    ),
    (
        "|",
        "symbol-and",
        "alternatives are joined with the word `or`",
        Some("or"),
    ),
    ("!", "symbol-and", "\"not\" is a word: `not`", Some("not")),
    (
        "===",
        "triple-equals",
        "two equals signs are enough to compare",
        Some("=="),
    ),
    (
        "#",
        "foreign-sign",
        "a comment begins with `//`",
        Some("//"),
    ),
    (
        ";",
        "semicolon",
        "steps and declarations need no `;` at their end",
        None,
    ),
    (
        "::",
        "foreign-sign",
        "parts of a name are joined with a dot",
        Some("."),
    ),
    (
        "$",
        "unexpected-character",
        "names are written without `$`",
        None,
    ),
    ("@", "unexpected-character", "`@` means nothing here", None),
];

/// Letters of other alphabets that look like Latin ones.
pub(super) const LOOKALIKES: &[(char, char)] = &[
    ('а', 'a'),
    ('в', 'b'),
    ('с', 'c'),
    ('ԁ', 'd'),
    ('е', 'e'),
    ('һ', 'h'),
    ('н', 'h'),
    ('і', 'i'),
    ('ј', 'j'),
    ('к', 'k'),
    ('ӏ', 'l'),
    ('м', 'm'),
    ('п', 'n'),
    ('о', 'o'),
    ('р', 'p'),
    ('г', 'r'),
    ('ѕ', 's'),
    ('т', 't'),
    ('и', 'u'),
    ('ѵ', 'v'),
    ('ԝ', 'w'),
    ('х', 'x'),
    ('у', 'y'),
    ('ο', 'o'),
    ('α', 'a'),
    ('ν', 'v'),
    ('і', 'i'),
    ('А', 'a'),
    ('О', 'o'),
    ('Е', 'e'),
    ('Т', 't'),
];

/// Words that begin steps and what follows them, but are words only there.
pub(super) const STEP_WORDS: &[&str] = &[
    "stop", "fail", "once", "retry", "timeout", "key", "ordered", "debounce", "poll", "valid",
    "given", "reply", "expect",
];

/// How people write currencies behind a number, and the code that is meant.
pub(super) const CURRENCIES: &[(&[&str], &str)] = &[
    (&["руб", "рубль", "рубля", "рублей", "р", "₽", "rub"], "RUB"),
    (&["тенге", "тг", "₸", "kzt"], "KZT"),
    (&["$", "usd"], "USD"),
    (&["€", "eur"], "EUR"),
];

/// How often, as people say it in a test.
pub(super) const COUNTS: &[(&str, &str)] = &[("twice", "2 times"), ("thrice", "3 times")];
