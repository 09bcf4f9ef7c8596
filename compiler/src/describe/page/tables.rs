//! Tables in Markdown.

use std::fmt::Write as _;

use crate::describe::{Field, Outcome, Remark};

/// A tree of fields as a table of paths. A type with a name of its own is followed once; the next time it is a link.
pub(super) fn tree(what: &str, fields: &[Field]) -> String {
    let mut table = format!("| {what} | type | what it is |\n|---|---|---|\n");
    let mut followed = Vec::new();
    rows(fields, "", &mut followed, &mut table);
    table
}

fn rows<'a>(fields: &'a [Field], prefix: &str, followed: &mut Vec<&'a str>, table: &mut String) {
    for field in fields {
        let path = format!("{prefix}{}", field.name);
        // Writing into a text cannot fail.
        let _ = writeln!(
            table,
            "| {} | {} | {} |",
            code(&path),
            type_cell(field),
            said(field.caption.as_ref(), field.remark.as_ref())
        );
        if let Some(shape) = &field.shape {
            if followed.contains(&shape.as_str()) {
                continue;
            }
            followed.push(shape);
        }
        let list = if field.ty.starts_with('[') { "[]" } else { "" };
        rows(&field.fields, &format!("{path}{list}."), followed, table);
    }
}

/// The type with a link to its name, and what else is said of the field.
fn type_cell(field: &Field) -> String {
    let mut text = match &field.shape {
        Some(shape) => {
            // A type of another connector stands on the page of that one.
            let (page, name) = match shape.split_once('.') {
                Some((connector, name)) => (format!("{connector}.md"), name),
                None => (String::new(), shape.as_str()),
            };
            format!("[{}]({page}#type-{})", code(&field.ty), name.to_lowercase())
        }
        None => code(&field.ty),
    };
    let mut more: Vec<String> = field.forms.clone();
    if field.personal {
        more.push("personal".to_owned());
    }
    more.extend(field.since.iter().map(|since| format!("since \"{since}\"")));
    more.extend(field.conditions.iter().cloned());
    more.extend(
        field
            .aliases
            .iter()
            .map(|alias| format!("alias \"{alias}\"")),
    );
    more.extend(field.default.iter().map(|default| format!("= {default}")));
    for one in more {
        text.push(' ');
        text.push_str(&code(&one));
    }
    if !field.default_needs.is_empty() {
        let needs: Vec<String> = field.default_needs.iter().map(|name| code(name)).collect();
        text.push_str(&format!(" with the setting {}", needs.join(", ")));
    }
    for group in &field.one_of {
        text.push_str(&format!(" one of {}", code(&group.join(", "))));
    }
    text
}

/// What can come of an action.
pub(super) fn outcomes(outcomes: &[Outcome]) -> String {
    let mut table =
        String::from("| outcome | verdict | status | comes with |\n|---|---|---|---|\n");
    for outcome in outcomes {
        let mut parts: Vec<String> = Vec::new();
        parts.extend(outcome.caption.as_ref().map(|caption| cell(caption)));
        parts.extend(outcome.value.as_ref().map(|value| code(value)));
        for field in &outcome.fields {
            let said = said(field.caption.as_ref(), field.remark.as_ref());
            let name = code(&field.name);
            parts.push(
                format!("{name} {} {said}", type_cell(field))
                    .trim_end()
                    .to_owned(),
            );
        }
        let _ = writeln!(
            table,
            "| {} | {} | {} | {} |",
            code(&outcome.name),
            outcome.verdict,
            outcome.statuses.join(", "),
            parts.join("<br>")
        );
    }
    table
}

/// Caption and remark in one cell.
pub(super) fn said(caption: Option<&String>, remark: Option<&Remark>) -> String {
    let caption = caption.map(|caption| cell(caption));
    let remark = remark.map(|remark| {
        let lines: Vec<String> = remark.text.lines().map(|line| cell(line.trim())).collect();
        marked(&lines.join(" "))
    });
    let parts: Vec<String> = caption.into_iter().chain(remark).collect();
    parts.join("<br>")
}

/// What is inferred is seen to be.
pub(super) fn marked(text: &str) -> String {
    text.replace("inferred:", "**inferred:**")
}

/// A text in a cell: nothing in it may end the cell or begin a tag.
pub(super) fn cell(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    // What stands between backticks is shown as it is.
    let mut in_code = false;
    let mut cell = String::new();
    for c in line.chars() {
        match c {
            '`' => {
                in_code = !in_code;
                cell.push(c);
            }
            '|' => cell.push_str("\\|"),
            '<' if !in_code => cell.push_str("&lt;"),
            '*' if !in_code => cell.push_str("\\*"),
            c => cell.push(c),
        }
    }
    cell
}

/// Code in a cell.
pub(super) fn code(text: &str) -> String {
    let text = text.replace('|', "\\|");
    match text.contains('`') {
        true => format!("`` {text} ``"),
        false => format!("`{text}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_ends_where_it_should() {
        assert_eq!(
            cell("a | b <c>\n*d* `x<y|z`"),
            "a \\| b &lt;c> \\*d\\* `x<y\\|z`"
        );
        assert_eq!(code("\"a\" | \"b\""), "`\"a\" \\| \"b\"`");
        assert_eq!(code("a `b`"), "`` a `b` ``");
    }
}
