//! The full form: message, source with labels, notes, help.

use std::fmt;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, Severity as MietteSeverity, SourceCode,
    ThemeCharacters, ThemeStyles,
};
use ondo_compiler::diagnostic::{Diagnostic, Label, Severity};
use ondo_compiler::source::Sources;

use super::source_text::SourceText;
use super::{Style, in_order};

/// Renders findings one after the other with a blank line between, in the order of the text.
pub fn full(findings: &[Diagnostic], sources: &Sources, style: Style) -> String {
    let blocks: Vec<String> = in_order(findings, sources)
        .into_iter()
        .map(|finding| one(finding, sources, style))
        .collect();
    blocks.join("\n")
}

/// Beyond this a line cannot be read with something below it, and the drawing would panic (widths are 16 bits).
const LINE_BYTES_MAX: usize = 10_000;

/// Whether a line that is drawn with the label is: its own ones, and the one before and behind.
fn line_is_too_long(sources: &Sources, label: &Label) -> bool {
    let text = sources.get(label.place.file).text.as_bytes();
    let (start, end) = (label.place.span.start, label.place.span.end);
    let start = (start as usize).min(text.len());
    let end = (end as usize).clamp(start, text.len());
    let line_end = |byte: &u8| *byte == b'\n';
    let before = text[..start].rsplit(line_end).take(2);
    let first = text[start..].split(line_end).next().map_or(0, <[u8]>::len);
    let own_begins = text[..start].rsplit(line_end).next().map_or(0, <[u8]>::len);
    let within = text[start..end].split(line_end);
    let last = text[..end].rsplit(line_end).next().map_or(0, <[u8]>::len);
    let behind = text[end..].split(line_end).take(2);
    let rest = text[end..].split(line_end).next().map_or(0, <[u8]>::len);
    before
        .chain(within)
        .chain(behind)
        .any(|line| line.len() > LINE_BYTES_MAX)
        || own_begins + first > LINE_BYTES_MAX
        || last + rest > LINE_BYTES_MAX
}

fn one(finding: &Diagnostic, sources: &Sources, style: Style) -> String {
    let mut out = String::new();
    let Some(primary) = finding.labels.first() else {
        out.push_str(&format!("{}\n\n  × {}\n", finding.code, finding.message));
        push_line(&mut out, "help: ", finding.help.as_deref(), style);
        return out;
    };
    let file = primary.place.file;
    if finding
        .labels
        .iter()
        .any(|label| label.place.file == file && line_is_too_long(sources, label))
    {
        return super::concise(std::slice::from_ref(finding), sources);
    }
    let source = SourceText::new(sources.get(file));
    let labels = finding
        .labels
        .iter()
        .filter(|label| label.place.file == file)
        .enumerate()
        .map(|(index, label)| {
            let text = (!label.text.is_empty()).then(|| label.text.clone());
            let span = source.clamp(label.place.span);
            if index == 0 {
                LabeledSpan::new_primary_with_span(text, span)
            } else {
                LabeledSpan::new_with_span(text, span)
            }
        })
        .collect();
    let shown = Shown {
        finding,
        labels,
        source: &source,
    };
    let styles = if style.color {
        ThemeStyles::ansi()
    } else {
        ThemeStyles::none()
    };
    let theme = GraphicalTheme {
        characters: ThemeCharacters::unicode(),
        styles,
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(style.width)
        .with_context_lines(1)
        .with_links(false)
        .without_syntax_highlighting();
    if handler.render_report(&mut out, &shown).is_err() {
        // Only a label outside its file can do this; the one-line form still says everything.
        out = super::concise(std::slice::from_ref(finding), sources);
    }
    for label in finding
        .labels
        .iter()
        .filter(|label| label.place.file != file)
    {
        let (line, _) = sources.line_col(label.place);
        let path = &sources.get(label.place.file).path;
        let note = format!("{}: {path}:{line}", label.text);
        push_line(&mut out, "note: ", Some(&note), style);
    }
    push_line(&mut out, "help: ", finding.help.as_deref(), style);
    out
}

/// A line of its own below the source. Wrapped at blanks only: what is to be typed stays in one piece where it fits.
fn push_line(out: &mut String, word: &str, text: Option<&str>, style: Style) {
    let Some(text) = text else { return };
    let indent = " ".repeat(2 + word.len());
    let width = style.width.saturating_sub(indent.len()).max(20);
    let mut prefix = format!("  {word}");
    for paragraph in text.lines() {
        for line in wrap(paragraph, width) {
            out.push_str(&prefix);
            out.push_str(line);
            out.push('\n');
            prefix.clone_from(&indent);
        }
    }
}

/// Cuts a line at blanks so that each piece fits `width` characters, unless it has no blank.
fn wrap(text: &str, width: usize) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while rest.chars().count() > width {
        let limit = rest
            .char_indices()
            .nth(width)
            .map_or(rest.len(), |(at, _)| at);
        let leading = rest.len() - rest.trim_start().len();
        let cut = rest[..limit].rfind(' ').filter(|at| *at > leading);
        let Some(cut) = cut.or_else(|| rest[limit..].find(' ').map(|at| limit + at)) else {
            break;
        };
        lines.push(&rest[..cut]);
        rest = rest[cut..].trim_start();
    }
    lines.push(rest);
    lines
}

/// A finding as miette wants to see it.
struct Shown<'a> {
    finding: &'a Diagnostic,
    labels: Vec<LabeledSpan>,
    source: &'a SourceText<'a>,
}

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.finding.fmt(f)
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.finding.message)
    }
}

impl std::error::Error for Shown<'_> {}

impl miette::Diagnostic for Shown<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.finding.code))
    }

    fn severity(&self) -> Option<MietteSeverity> {
        Some(match self.finding.severity {
            Severity::Error => MietteSeverity::Error,
            Severity::Warning => MietteSeverity::Warning,
        })
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}
