//! A source text for miette with a line index and columns in characters.
//!
//! miette's own texts count bytes (a Cyrillic word moves the column) and scan from the start for every label.

use miette::{MietteError, SourceCode, SourceSpan, SpanContents};
use ondo_compiler::source::SourceFile;
use ondo_grammar::ast::Span;

/// A file with its line starts.
#[derive(Debug)]
pub(super) struct SourceText<'a> {
    file: &'a SourceFile,
    line_starts: Vec<usize>,
}

impl<'a> SourceText<'a> {
    pub(super) fn new(file: &'a SourceFile) -> Self {
        let newlines = file.text.match_indices('\n').map(|(at, _)| at + 1);
        Self {
            file,
            line_starts: std::iter::once(0).chain(newlines).collect(),
        }
    }

    fn line_of(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= offset) - 1
    }

    fn line_end(&self, line: usize) -> usize {
        self.line_starts
            .get(line + 1)
            .copied()
            .unwrap_or(self.file.text.len())
    }

    /// The span within the text and on characters. An empty one behind the last character goes onto it, because there is
    /// nothing to underline at the end of a file.
    pub(super) fn clamp(&self, span: Span) -> SourceSpan {
        let text = &self.file.text;
        let visible_end = text.trim_end().len();
        let mut start = (span.start as usize).min(text.len());
        let mut end = (span.end as usize).clamp(start, text.len());
        if start >= visible_end && visible_end > 0 {
            start = visible_end - 1;
            end = visible_end;
        }
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        while !text.is_char_boundary(end) {
            end += 1;
        }
        (start, end - start).into()
    }

    /// Line and column in characters, both from 1.
    pub(super) fn line_col(&self, offset: usize) -> (usize, usize) {
        let line = self.line_of(offset);
        let before = &self.file.text[self.line_starts[line]..offset];
        (line + 1, before.chars().count() + 1)
    }
}

impl SourceCode for SourceText<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        context_lines_before: usize,
        context_lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let text = &self.file.text;
        let end = span.offset() + span.len();
        if end > text.len() {
            return Err(MietteError::OutOfBounds);
        }
        let first_line = self.line_of(span.offset());
        let last_line = self.line_of(end.saturating_sub(1).max(span.offset()));
        // Without context miette asks only for the header's line and column.
        if context_lines_before == 0 && context_lines_after == 0 {
            return Ok(Box::new(Contents {
                text: &text[span.offset()..end],
                range: *span,
                line: first_line,
                column: self.line_col(span.offset()).1 - 1,
                path: &self.file.path,
            }));
        }
        let first = first_line.saturating_sub(context_lines_before);
        let last = (last_line + context_lines_after).min(self.line_starts.len() - 1);
        let start = self.line_starts[first];
        Ok(Box::new(Contents {
            text: &text[start..self.line_end(last)],
            range: (start, self.line_end(last) - start).into(),
            line: first,
            column: 0,
            path: &self.file.path,
        }))
    }
}

/// Some lines of a text.
struct Contents<'a> {
    text: &'a str,
    range: SourceSpan,
    line: usize,
    column: usize,
    path: &'a str,
}

impl<'a> SpanContents<'a> for Contents<'a> {
    fn data(&self) -> &'a [u8] {
        self.text.as_bytes()
    }

    fn span(&self) -> &SourceSpan {
        &self.range
    }

    fn line(&self) -> usize {
        self.line
    }

    fn column(&self) -> usize {
        self.column
    }

    fn line_count(&self) -> usize {
        self.text.matches('\n').count()
    }

    fn name(&self) -> Option<&str> {
        Some(self.path)
    }
}
