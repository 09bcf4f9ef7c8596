//! Findings as SARIF 2.1.0, the form in which code scanning takes them.
//!
//! One run of one tool. Columns are counted in characters, which SARIF calls `unicodeCodePoints`.

use ondo_compiler::diagnostic::{Diagnostic, Severity};
use ondo_compiler::errors;
use ondo_compiler::source::{Place, Sources};
use serde_json::{Value, json};

use super::in_order;
use super::source_text::SourceText;

/// The results of one bundle, in the order of the text. The rules that they name go to `rules`.
pub fn sarif_results(
    findings: &[Diagnostic],
    sources: &Sources,
    rules: &mut Vec<&'static str>,
) -> Vec<Value> {
    in_order(findings, sources)
        .into_iter()
        .map(|finding| result(finding, sources, rules))
        .collect()
}

/// The whole document. `failures`: what could not be read, in words.
pub fn sarif(results: Vec<Value>, rules: &[&'static str], failures: &[String]) -> Value {
    let rules: Vec<Value> = rules.iter().map(|code| rule(code)).collect();
    let notifications: Vec<Value> = failures
        .iter()
        .map(|failure| json!({ "level": "error", "message": { "text": failure } }))
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "ondo",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": failures.is_empty(),
                "toolExecutionNotifications": notifications,
            }],
            "results": results,
        }],
    })
}

fn rule(code: &str) -> Value {
    let summary = errors::find(code).map_or("", |info| info.summary);
    json!({
        "id": code,
        "shortDescription": { "text": summary },
        "help": { "text": format!("{summary} `ondo explain {code}` says more.") },
    })
}

fn result(finding: &Diagnostic, sources: &Sources, rules: &mut Vec<&'static str>) -> Value {
    let index = rules.iter().position(|known| *known == finding.code);
    let index = index.unwrap_or_else(|| {
        rules.push(finding.code);
        rules.len() - 1
    });
    let mut text = finding.message.clone();
    if let Some(help) = &finding.help {
        text.push_str("\nhelp: ");
        text.push_str(help);
    }
    let mut result = json!({
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        "message": { "text": text },
    });
    if let Some((first, others)) = finding.labels.split_first() {
        result["locations"] = json!([location(first.place, &first.text, sources)]);
        if !others.is_empty() {
            result["relatedLocations"] = others
                .iter()
                .map(|label| location(label.place, &label.text, sources))
                .collect();
        }
    }
    if let Some(fix) = &finding.fix {
        let description = finding.help.as_deref().unwrap_or(&fix.text);
        result["fixes"] = json!([{
            "description": { "text": description },
            "artifactChanges": [{
                "artifactLocation": artifact(fix.place, sources),
                "replacements": [{
                    "deletedRegion": region(fix.place, sources),
                    "insertedContent": { "text": fix.text },
                }],
            }],
        }]);
    }
    result
}

fn location(place: Place, text: &str, sources: &Sources) -> Value {
    let mut location = json!({
        "physicalLocation": {
            "artifactLocation": artifact(place, sources),
            "region": region(place, sources),
        },
    });
    if !text.is_empty() {
        location["message"] = json!({ "text": text });
    }
    location
}

fn artifact(place: Place, sources: &Sources) -> Value {
    json!({ "uri": uri(&sources.get(place.file).path) })
}

fn region(place: Place, sources: &Sources) -> Value {
    let text = SourceText::new(sources.get(place.file));
    let span = text.clamp(place.span);
    let (line, column) = text.line_col(span.offset());
    let (end_line, end_column) = text.line_col(span.offset() + span.len());
    json!({
        "startLine": line,
        "startColumn": column,
        "endLine": end_line,
        "endColumn": end_column,
    })
}

/// A path as a URI reference: what is no plain character of a path is written as its bytes.
fn uri(path: &str) -> String {
    let mut out = String::new();
    // `C:\bundles` would be a scheme of its own.
    if path.as_bytes().get(1) == Some(&b':') {
        out.push_str("file:///");
    }
    for byte in path.bytes() {
        match byte {
            b'\\' => out.push('/'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn a_path_with_cyrillic_letters_and_blanks_is_a_uri() {
        assert_eq!(
            uri("bundles/мой заказ.ondo"),
            "bundles/%D0%BC%D0%BE%D0%B9%20%D0%B7%D0%B0%D0%BA%D0%B0%D0%B7.ondo"
        );
    }
}
