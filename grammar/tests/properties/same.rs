//! Trees without places.

use ondo_grammar::ast::File;

/// Everything that a tree says, without places and numbers of expressions.
pub(crate) fn said(file: &File) -> String {
    let text = format!("{:?}", file.items);
    let mut said = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest
        .find("Span {")
        .into_iter()
        .chain(rest.find("ExprId("))
        .min()
    {
        said.push_str(&rest[..at]);
        let ends = if rest[at..].starts_with("Span") {
            '}'
        } else {
            ')'
        };
        let end = rest[at..].find(ends).map_or(rest.len(), |end| at + end + 1);
        rest = &rest[end..];
    }
    said + rest
}
