//! The pages: sections with their sources, events and expectations.

use std::fmt::Write as _;

/// What stands below one heading.
#[derive(Debug, Default)]
pub(super) struct Section {
    /// `numbers.md`
    pub(super) page: String,
    /// Of the heading, from the top of the page.
    pub(super) line: usize,
    /// The heading.
    pub(super) title: String,
    /// The files of the bundle, `case.ondo` first.
    pub(super) files: Vec<(String, String)>,
    /// CSV files of its tables.
    pub(super) tables: Vec<(String, String)>,
    /// What comes in, as JSON.
    pub(super) events: Vec<String>,
    /// An expression about which something is found.
    pub(super) expression: Option<String>,
    /// What is expected.
    pub(super) cases: Vec<Case>,
}

/// One expectation.
#[derive(Debug)]
pub(super) struct Case {
    /// From the top of the page.
    pub(super) line: usize,
    pub(super) kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    /// `0.1 + 0.2  // is 0.3: decimal`, `1 / 0  // fails division-by-zero`
    Value {
        expression: String,
        expected: String,
    },
    /// The calls, then what became of the runs.
    Calls {
        expected: String,
        /// With the time since the first call before each.
        timed: bool,
    },
    /// What is found while checking.
    Findings { expected: String },
}

impl Section {
    /// `numbers.md:12`
    pub(super) fn place(&self, line: usize) -> String {
        format!("tests/language/{}:{line}: {}", self.page, self.title)
    }

    /// The expressions with a value, in order.
    pub(super) fn values(&self) -> impl Iterator<Item = (usize, &str, &str)> {
        self.cases.iter().filter_map(|case| match &case.kind {
            Kind::Value {
                expression,
                expected,
            } => Some((case.line, expression.as_str(), expected.as_str())),
            _ => None,
        })
    }

    /// The bundle of the section's expressions: one rule for each, in front of what the section declares.
    pub(super) fn bundle_of_values(&self) -> String {
        let expressions = self.values().map(|(_, expression, _)| expression);
        let mut text = String::new();
        for (at, expression) in expressions.chain(self.expression.as_deref()).enumerate() {
            let trigger = match self.events.is_empty() {
                true => "every 1h",
                false => "on webhook.post(\"/value\"): Event",
            };
            writeln!(
                text,
                "rule value_{at}: {trigger} do {{ let value =\n{expression}\n}}"
            )
            .unwrap();
        }
        if let Some((_, own)) = self.files.first() {
            text.push_str(own);
        }
        text
    }

    /// Every text of the section as a file, also those that are made of expressions.
    pub(super) fn sources(&self) -> Vec<(String, String)> {
        let mut sources = self.files.clone();
        if self.expression.is_some() || self.values().next().is_some() {
            sources.push(("its expressions".to_owned(), self.bundle_of_values()));
        }
        sources
    }

    /// Whether nothing is wrong with its texts.
    pub(super) fn is_sound(&self) -> bool {
        let is_wrong = |case: &Case| matches!(case.kind, Kind::Findings { .. });
        !self.cases.iter().any(is_wrong)
    }
}

/// Reads a page.
pub(super) fn read(page: &str, text: &str) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        if let Some(title) = line.strip_prefix("## ") {
            sections.push(Section {
                page: page.to_owned(),
                line: number + 1,
                title: title.to_owned(),
                ..Section::default()
            });
            continue;
        }
        let Some(info) = line.strip_prefix("```") else {
            continue;
        };
        let mut block = Vec::new();
        loop {
            match lines.next() {
                Some((_, "```")) => break,
                Some((_, inside)) => block.push(inside),
                None => panic!("{page}:{}: a block is not closed", number + 1),
            }
        }
        let section = sections.last_mut();
        let section = section.unwrap_or_else(|| panic!("{page}:{}: no heading", number + 1));
        take(section, info.trim(), &block, number + 1);
    }
    for section in &sections {
        assert!(
            !section.cases.is_empty(),
            "{} has no case",
            section.place(section.line)
        );
    }
    sections
}

/// A section of nothing but expressions.
pub(super) fn of_values(page: &str, line: usize, block: &str) -> Section {
    let lines: Vec<&str> = block.lines().collect();
    Section {
        page: page.to_owned(),
        line,
        title: "expressions".to_owned(),
        cases: values(&lines, line),
        ..Section::default()
    }
}

/// Adds a block to its section. `line`: of its fence.
fn take(section: &mut Section, info: &str, block: &[&str], line: usize) {
    let text = || {
        block
            .iter()
            .map(|line| format!("{line}\n"))
            .collect::<String>()
    };
    let (word, rest) = info.split_once(' ').unwrap_or((info, ""));
    match word {
        "ondo" => {
            let path = if rest.is_empty() { "case.ondo" } else { rest };
            section.files.push((path.to_owned(), text()));
        }
        "csv" => section.tables.push((rest.to_owned(), text())),
        "event" => section.events.push(text()),
        "expression" => section.expression = Some(text().trim_end().to_owned()),
        "values" => section.cases.extend(values(block, line)),
        "calls" => {
            let kind = Kind::Calls {
                expected: text(),
                timed: rest == "timed",
            };
            section.cases.push(Case { line, kind });
        }
        "error" => {
            let kind = Kind::Findings { expected: text() };
            section.cases.push(Case { line, kind });
        }
        _ => panic!("{}: a block `{info}`", section.place(line)),
    }
}

/// The lines of a `values` block. An expression ends at the line with its value.
fn values(block: &[&str], fence: usize) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut expression = String::new();
    for (at, line) in block.iter().enumerate() {
        let end = line
            .rfind("// is ")
            .or_else(|| line.rfind("// fails "))
            .map(|at| (&line[..at], &line[at + 3..]));
        match end {
            Some((last, expected)) => {
                expression.push_str(last.trim_end());
                cases.push(Case {
                    line: fence + at + 1,
                    kind: Kind::Value {
                        expression: std::mem::take(&mut expression),
                        expected: expected.trim().to_owned(),
                    },
                });
            }
            None if line.trim().is_empty() => {}
            None => {
                expression.push_str(line);
                expression.push('\n');
            }
        }
    }
    assert!(
        expression.is_empty(),
        "an expression without a value: {expression}"
    );
    cases
}
