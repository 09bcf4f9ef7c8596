//! Results of tests in the XML form of JUnit, which CI servers read.

use crate::testing::Report;

/// A `testsuite` for each bundle.
pub(super) fn text(reports: &[Report]) -> String {
    let count: usize = reports.iter().map(|report| report.tests.len()).sum();
    let failed: usize = reports.iter().map(Report::failed).sum();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.push_str(&format!(
        "<testsuites tests=\"{count}\" failures=\"{failed}\">\n"
    ));
    for report in reports {
        out.push_str(&format!(
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\">\n",
            escaped(&report.bundle),
            report.tests.len(),
            report.failed()
        ));
        for test in &report.tests {
            out.push_str(&format!(
                "    <testcase classname=\"{}\" name=\"{}\"",
                escaped(&report.bundle),
                escaped(&test.name)
            ));
            if test.failures.is_empty() {
                out.push_str("/>\n");
                continue;
            }
            out.push_str(">\n");
            for failure in &test.failures {
                out.push_str(&format!(
                    "      <failure message=\"{}\">{}</failure>\n",
                    escaped(&failure.expected),
                    escaped(&format!("{}\n{}", failure.place, failure.found.join("\n")))
                ));
            }
            out.push_str("    </testcase>\n");
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

/// XML has no form at all for most control characters.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped_and_control_characters_replaced() {
        assert_eq!(
            escaped("a<b & \"c\"\u{1b}\n"),
            "a&lt;b &amp; &quot;c&quot;\u{fffd}&#10;"
        );
        assert_eq!(escaped("Заказ 5012"), "Заказ 5012");
    }
}
