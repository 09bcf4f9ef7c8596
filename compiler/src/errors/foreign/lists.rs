//! Loops and lists.

pub(super) const TABLE: super::Table = &[
    // Loops.
    (
        &[
            "map",
            "forEach",
            "foreach",
            "select",
            "collect",
            "pluck",
            "transform",
        ],
        "a list is made with [ value for x in xs if condition ]",
    ),
    (
        &["filter", "where", "reject", "filter_map"],
        "a list is made with [ value for x in xs if condition ]",
    ),
    (
        &["reduce", "fold", "aggregate", "accumulate"],
        "sum(x.price for x in xs), or join, min, max, count, any, all",
    ),
    (
        &["some", "exists", "any_of", "anyMatch"],
        "any(condition for x in xs)",
    ),
    (
        &["every", "all_of", "allMatch"],
        "all(condition for x in xs)",
    ),
    (
        &["findIndex", "find_index"],
        "index_of(xs, x), or find(x for x in xs if condition)",
    ),
    (&["findLast"], "last(x for x in xs if condition)"),
    (
        &["sorted", "orderBy", "order_by", "sortBy", "usort", "arsort"],
        "sort(xs), or sort_by(x.price for x in xs)",
    ),
    (
        &["groupBy", "groupby", "group", "partition"],
        "group_by(x.article for x in xs)",
    ),
    (
        &[
            "keyBy",
            "indexBy",
            "associate",
            "associateBy",
            "to_dict",
            "dict",
        ],
        "index_by(x.id for x in xs)",
    ),
    (
        &["uniq", "distinct", "dedup", "dedupe", "array_unique"],
        "unique(xs), or unique_by(x.id for x in xs)",
    ),
    (
        &["uniqBy", "distinctBy", "uniqueBy"],
        "unique_by(x.id for x in xs)",
    ),
    (
        &["sumBy", "sum_by", "sumOf", "total"],
        "sum(x.price for x in xs)",
    ),
    (&["minBy"], "min_by(x.price for x in xs)"),
    (&["maxBy"], "max_by(x.price for x in xs)"),
    (
        &["avg", "average", "mean"],
        "round(sum(xs) / count(xs), 2), where the list is not empty",
    ),
    // Lists.
    (
        &[
            "push",
            "append",
            "extend",
            "array_merge",
            "unshift",
            "insert",
            "merge",
        ],
        "flatten([xs, [x]]): a value never changes, a longer list is a new one",
    ),
    (
        &["flat", "flatMap", "flat_map", "flattened"],
        "flatten(x.items for x in xs)",
    ),
    (&["skip", "offset", "tail", "rest"], "drop(xs, 1)"),
    (&["limit", "top", "head"], "take(xs, 10)"),
    (
        &["pop"],
        "last(xs), and take(xs, count(xs) - 1) for the others",
    ),
    (&["shift"], "first(xs), and drop(xs, 1) for the others"),
    (&["at", "nth", "get", "elementAt"], "xs[0]"),
    (&["splice", "sublist", "slice_list"], "slice(xs, from, to)"),
    (&["reversed", "array_reverse"], "reverse(xs)"),
    (
        &["compacted", "whereNotNull", "filterNotNull"],
        "compact(xs)",
    ),
    (&["chunked", "batch", "array_chunk"], "chunk(xs, 100)"),
    (&["range", "sequence"], "write the list out: [1, 2, 3]"),
    (
        &["isEmpty", "is_empty", "empty"],
        "count(xs) == 0, or text == \"\"",
    ),
    (
        &["isNotEmpty", "is_not_empty"],
        "count(xs) > 0, or text != \"\"",
    ),
];
