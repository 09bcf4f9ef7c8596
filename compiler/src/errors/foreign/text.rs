//! Text.

pub(super) const TABLE: super::Table = &[
    // Text.
    (
        &[
            "len",
            "size",
            "strlen",
            "mb_strlen",
            "char_length",
            "len_utf8",
        ],
        "length(text), or count(xs)",
    ),
    (
        &[
            "toUpperCase",
            "upperCase",
            "strtoupper",
            "mb_strtoupper",
            "uppercase",
            "ucase",
            "to_upper",
        ],
        "upper(text)",
    ),
    (
        &[
            "toLowerCase",
            "lowerCase",
            "strtolower",
            "mb_strtolower",
            "lowercase",
            "lcase",
            "to_lower",
        ],
        "lower(text)",
    ),
    (&["ucfirst", "upperFirst", "capitalise"], "capitalize(text)"),
    (
        &[
            "ucwords",
            "titleCase",
            "title_case",
            "titlecase",
            "initcap",
            "startCase",
            "proper",
        ],
        "title(text)",
    ),
    (
        &["substring", "substr", "mb_substr", "mid", "subSequence"],
        "slice(text, from, to)",
    ),
    (&["left"], "slice(text, 0, 5)"),
    (&["right"], "slice(text, -5)"),
    (&["charAt", "char_at"], "slice(text, at, at + 1)"),
    (&["strip"], "trim(text)"),
    (
        &["trimStart", "trimLeft", "ltrim", "lstrip"],
        "trim_start(text)",
    ),
    (
        &["trimEnd", "trimRight", "rtrim", "rstrip", "chomp"],
        "trim_end(text)",
    ),
    (
        &[
            "includes",
            "has",
            "contain",
            "str_contains",
            "in_array",
            "include",
        ],
        "contains(text, part), or x in xs",
    ),
    (
        &["indexOf", "strpos", "instr", "position", "search", "locate"],
        "index_of(text, part), or contains(text, part)",
    ),
    (
        &[
            "startsWith",
            "startswith",
            "beginsWith",
            "str_starts_with",
            "hasPrefix",
        ],
        "starts_with(text, part)",
    ),
    (
        &["endsWith", "endswith", "str_ends_with", "hasSuffix"],
        "ends_with(text, part)",
    ),
    (
        &[
            "replaceAll",
            "str_replace",
            "gsub",
            "substitute",
            "translate",
        ],
        "replace(text, part, by)",
    ),
    (
        &[
            "preg_replace",
            "regexReplace",
            "regex_replace",
            "re_sub",
            "regexp_replace",
        ],
        "replace_pattern(text, r'\\d+', \"\")",
    ),
    (
        &[
            "match",
            "regex",
            "preg_match",
            "regexMatch",
            "test",
            "fullmatch",
            "regexp_match",
        ],
        "text matches r'…', or capture(text, r'(…)')",
    ),
    (
        &["explode", "tokenize", "splitText"],
        "split(text, separator)",
    ),
    (
        &["implode", "joinToString", "string_agg", "listagg"],
        "join(xs, \", \")",
    ),
    (
        &[
            "padStart", "lpad", "rjust", "zfill", "pad_left", "padLeft", "str_pad",
        ],
        "pad(text, 5, \"0\")",
    ),
    (
        &["padEnd", "rpad", "ljust", "pad_right", "padRight"],
        "pad(text, 5, \" \", side: \"right\")",
    ),
    (
        &["translit", "slugify", "unidecode", "romanize"],
        "transliterate(text)",
    ),
    (
        &["ellipsis", "abbreviate", "excerpt", "shorten"],
        "truncate(text, 100)",
    ),
    (&["str_repeat", "times"], "repeat(text, 3)"),
    (&["strrev"], "reverse(text)"),
    (
        &["pluralize", "ngettext", "declension"],
        "plural(n, \"блюдо\", \"блюда\", \"блюд\")",
    ),
    (
        &["nullif", "nullIf", "orNull", "emptyToNull", "presence"],
        "non_empty(text)",
    ),
    (
        &[
            "coalesce",
            "ifNull",
            "ifnull",
            "isnull",
            "nvl",
            "default",
            "getOrElse",
            "orElse",
            "unwrap_or",
        ],
        "x ?? other",
    ),
    (&["isNull", "is_null", "isnil"], "x == null"),
    (&["concat"], "\"{a}{b}\", or flatten([xs, ys]) of lists"),
    (
        &["sprintf", "printf", "format_text", "strcat", "concatenate"],
        "\"Order {number}\"",
    ),
];
