//! CSV files of tables: RFC 4180 as people's programs write it, and where each cell stands.
//!
//! The cells stand between commas or, as in most of Europe, between semicolons: the header decides. Blanks around a cell
//! are not part of it, and lines without any content are skipped.

use csv::{ReaderBuilder, StringRecord, Trim};
use ondo_grammar::ast::Span;

/// A CSV text that could be cut into cells.
#[derive(Debug)]
pub(crate) struct Sheet<'t> {
    text: &'t str,
    /// Where the first line begins: some programs write a mark before it.
    begin: usize,
    delimiter: u8,
    /// The header, then the rows.
    records: Vec<StringRecord>,
}

impl<'t> Sheet<'t> {
    /// Cuts a text into cells.
    ///
    /// # Errors
    /// The place of a cell whose quotes do not match.
    pub(crate) fn read(text: &'t str) -> Result<Self, Span> {
        let delimiter = delimiter_of(text);
        let body = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .trim(Trim::All)
            .from_reader(body.as_bytes());
        // What is in memory and UTF-8 can be read.
        let records = reader.into_records().filter_map(Result::ok);
        let has_content = |record: &StringRecord| record.iter().any(|cell| !cell.trim().is_empty());
        let mut sheet = Sheet {
            text,
            begin: text.len() - body.len(),
            delimiter,
            records: Vec::new(),
        };
        for record in records {
            let start = sheet.start_of(&record);
            if let Some(wrong) = sheet.cut(start).wrong_quote {
                return Err(wrong);
            }
            if has_content(&record) {
                sheet.records.push(record);
            }
        }
        Ok(sheet)
    }

    /// The names of the columns; empty if there is no line.
    pub(crate) fn header(&self) -> Vec<&str> {
        self.records
            .first()
            .map(|header| header.iter().collect())
            .unwrap_or_default()
    }

    /// The rows behind the header, each with its number.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (usize, &StringRecord)> {
        self.records.iter().enumerate().skip(1)
    }

    /// The cells of a row.
    pub(crate) fn record(&self, row: usize) -> Option<&StringRecord> {
        self.records.get(row)
    }

    /// Whether `12,50` can be a number: only where a comma does not end a cell.
    pub(crate) fn decimal_comma(&self) -> bool {
        self.delimiter == b';'
    }

    /// Where a row stands; 0 is the header.
    pub(crate) fn row(&self, row: usize) -> Span {
        let cells = self.cells(row);
        let start = cells.first().map_or(0, |cell| cell.start);
        Span {
            start,
            end: cells.last().map_or(start, |cell| cell.end),
        }
    }

    /// Where a cell stands, with its quotes.
    pub(crate) fn cell(&self, row: usize, column: usize) -> Span {
        let found = self.cells(row).get(column).copied();
        found.unwrap_or_else(|| self.row(row))
    }

    fn cells(&self, row: usize) -> Vec<Span> {
        let record = self.records.get(row);
        record.map_or_else(Vec::new, |record| self.cut(self.start_of(record)).cells)
    }

    fn start_of(&self, record: &StringRecord) -> usize {
        let at = record.position().map_or(0, csv::Position::byte);
        self.begin + usize::try_from(at).unwrap_or(self.text.len())
    }

    /// The reader says where a record begins, not where its cells do, and takes quotes as they come.
    fn cut(&self, start: usize) -> Cut {
        let bytes = self.text.as_bytes();
        let at = |place: usize| bytes.get(place).copied();
        let ends = |byte: Option<u8>| {
            byte.is_none_or(|byte| byte == self.delimiter || byte == b'\n' || byte == b'\r')
        };
        let mut cut = Cut::default();
        let mut place = start;
        while matches!(at(place), Some(b'\r' | b'\n')) {
            place += 1;
        }
        loop {
            let begin = place;
            if at(place) == Some(b'"') {
                place += 1;
                loop {
                    match (at(place), at(place + 1)) {
                        (Some(b'"'), Some(b'"')) => place += 2,
                        (Some(b'"'), _) => break,
                        (Some(_), _) => place += 1,
                        (None, _) => break,
                    }
                }
                let closed = at(place).is_some();
                place = (place + 1).min(bytes.len());
                while matches!(at(place), Some(b' ' | b'\t')) {
                    place += 1;
                }
                if !closed || !ends(at(place)) {
                    let line = self.text.get(begin..).and_then(|rest| rest.lines().next());
                    let end = begin + line.map_or(1, str::len);
                    cut.wrong_quote.get_or_insert(span(begin, end));
                }
            }
            while !ends(at(place)) {
                place += 1;
            }
            cut.cells.push(span(begin, place));
            if at(place) != Some(self.delimiter) {
                return cut;
            }
            place += 1;
        }
    }
}

const BYTE_ORDER_MARK: char = '\u{feff}';

/// The cells of a record.
#[derive(Debug, Default)]
struct Cut {
    cells: Vec<Span>,
    /// A quote that is never closed, or behind which the cell goes on: what the cell holds is anybody's guess.
    wrong_quote: Option<Span>,
}

/// Semicolons, if the header has at least as many of them as commas.
fn delimiter_of(text: &str) -> u8 {
    let header = text.lines().find(|line| !line.trim().is_empty());
    let (mut commas, mut semicolons, mut quoted) = (0, 0, false);
    for letter in header.unwrap_or_default().chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => commas += 1,
            ';' if !quoted => semicolons += 1,
            _ => {}
        }
    }
    if semicolons > 0 && semicolons >= commas {
        b';'
    } else {
        b','
    }
}

fn span(start: usize, end: usize) -> Span {
    let number = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
    Span {
        start: number(start),
        end: number(end),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::*;

    /// Rows and the texts at their places.
    fn read(text: &str) -> Vec<(Vec<String>, Vec<&str>)> {
        let sheet = Sheet::read(text).unwrap();
        let rows = std::iter::once(0).chain(sheet.rows().map(|(row, _)| row));
        rows.map(|row| {
            let record = &sheet.records[row];
            let places = (0..record.len()).map(|column| sheet.cell(row, column).text(text));
            (record.iter().map(str::to_owned).collect(), places.collect())
        })
        .collect()
    }

    #[test]
    fn a_file_as_excel_writes_it_in_russia_is_read() {
        let text = "\u{feff}артикул;цена;имя\r\nA1;12,50;\"Пицца \"\"Маргарита\"\"; большая\"\r\n\r\n;;\r\nA2; 7 ;Чай\r\n";
        let rows = read(text);
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[0].0, ["артикул", "цена", "имя"]);
        assert_eq!(rows[1].0, ["A1", "12,50", "Пицца \"Маргарита\"; большая"]);
        assert_eq!(
            rows[1].1,
            ["A1", "12,50", "\"Пицца \"\"Маргарита\"\"; большая\""]
        );
        assert_eq!(rows[2].0, ["A2", "7", "Чай"]);
        assert_eq!(rows[2].1, ["A2", " 7 ", "Чай"]);
        assert!(Sheet::read(text).unwrap().decimal_comma());
    }

    #[test]
    fn commas_end_cells_when_the_header_has_them() {
        let rows = read("a,\"b;c;d\"\n1,2");
        assert_eq!(rows[0].0, ["a", "b;c;d"]);
        assert_eq!(rows[1].1, ["1", "2"]);
    }

    #[test]
    fn a_line_break_in_quotes_is_part_of_the_cell() {
        let rows = read("a,b\n\"x\ny\",2\n3,4\n");
        assert_eq!(rows[1].0, ["x\ny", "2"]);
        assert_eq!(rows[2].1, ["3", "4"]);
    }

    #[test]
    fn quotes_that_do_not_match_are_found_where_they_begin() {
        for (text, wrong) in [
            ("a,b\n1,\"two\n3,4\n", "\"two"),
            (
                "a,b\n\"Пицца \"Маргарита\"\",2\n",
                "\"Пицца \"Маргарита\"\",2",
            ),
        ] {
            assert_eq!(Sheet::read(text).unwrap_err().text(text), wrong);
        }
        // An inch is no quote.
        assert_eq!(read("a,b\n3\",4\n")[1].0, ["3\"", "4"]);
    }

    #[test]
    fn an_empty_text_has_no_header() {
        for text in ["", "\u{feff}", "\n\n;;\n"] {
            assert!(Sheet::read(text).unwrap().header().is_empty(), "{text:?}");
        }
    }
}
