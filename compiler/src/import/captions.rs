//! What people wrote about a thing: a caption of one line, and the rest as a comment.

/// A caption is read in a list; what is longer is a comment.
const CAPTION_CHARS_MAX: usize = 120;

/// A comment is read beside the code; what is longer is read in the document.
const COMMENT_CHARS_MAX: usize = 1_200;

/// A caption and comments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) caption: Option<String>,
    pub(super) comment: Option<String>,
}

/// From a title (or a summary) and a description.
pub(super) fn words(title: Option<&str>, description: Option<&str>) -> Words {
    let short = |text: &String| text.chars().count() <= CAPTION_CHARS_MAX;
    let title = title.map(cleaned).filter(|text| !text.is_empty());
    let description = description.map(cleaned).filter(|text| !text.is_empty());
    let long = |text: &String| cut(text);
    match (title, description) {
        (None, None) => Words::default(),
        (Some(title), description) if short(&title) => {
            let says_more = description
                .filter(|text| !text.starts_with(title.as_str()) || text.len() > title.len() + 1);
            Words {
                comment: says_more.as_ref().map(long),
                caption: Some(title),
            }
        }
        (title, Some(text)) => match short(&text) {
            true => Words {
                caption: Some(text),
                comment: title.as_ref().map(long),
            },
            false => Words {
                caption: first_sentence(&text).filter(short),
                comment: Some(cut(&text)),
            },
        },
        (Some(title), None) => Words {
            caption: first_sentence(&title).filter(short),
            comment: Some(cut(&title)),
        },
    }
}

fn first_sentence(text: &str) -> Option<String> {
    let end = text.find(". ")?;
    Some(text[..=end].to_owned())
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(COMMENT_CHARS_MAX) {
        None => text.to_owned(),
        Some((end, _)) => {
            let end = text[..end].rfind(' ').unwrap_or(end);
            format!("{} …", &text[..end])
        }
    }
}

/// One line without tags of HTML.
pub(super) fn cleaned(text: &str) -> String {
    let plain = without_tags(text);
    let plain = plain
        .replace("&nbsp;", " ")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&");
    let visible =
        plain.split(|char: char| char.is_whitespace() || char.is_control() || is_format(char));
    visible
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Marks that change how a line looks without being seen.
fn is_format(char: char) -> bool {
    matches!(char, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// `<b>x</b>` is `x`; `a < b` stays.
fn without_tags(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        let begins = tag[1..].starts_with(|char: char| char.is_ascii_alphabetic() || char == '/');
        match tag.find('>') {
            Some(end) if begins && end < 400 => {
                out.push(' ');
                rest = &tag[end + 1..];
            }
            _ => {
                out.push('<');
                rest = &tag[1..];
            }
        }
    }
    out.push_str(rest);
    out
}
