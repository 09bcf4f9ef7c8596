//! Tables from CSV files: what the rows become, and what is wrong with a file.

use super::{compiled_with_csv, lines};
use crate::eval;
use crate::ir::Table;

/// The table `t` that a declaration reads from a text.
fn table(decl: &str, csv: &str) -> Table {
    let compiled = compiled_with_csv(decl, ("t.csv", csv));
    let found = lines(&compiled);
    let Some(program) = compiled.program else {
        panic!("{found:#?}");
    };
    program.tables[0].clone()
}

/// The row with this key as JSON.
fn row(table: &Table, key: &str) -> String {
    let records = table.records.as_ref().unwrap();
    eval::to_json(&records.by_key[key]).unwrap().to_string()
}

fn found(decl: &str, csv: &str) -> Vec<String> {
    lines(&compiled_with_csv(decl, ("t.csv", csv)))
}

const PLAIN: &str = "table t from \"t.csv\" key \"article\"\n";

#[test]
fn columns_have_the_narrowest_type_that_all_their_cells_have() {
    let csv = "article;count;price;code;note;mixed\nA1;1;12,50;007;;1\nA2;-2;7;12;чай;x\n";
    let table = table(PLAIN, csv);
    assert_eq!(
        row(&table, "A1"),
        r#"{"count":1,"price":12.5,"code":"007","note":null,"mixed":"1"}"#
    );
    assert_eq!(
        row(&table, "A2"),
        r#"{"count":-2,"price":7,"code":"12","note":"чай","mixed":"x"}"#
    );
}

#[test]
fn the_key_is_text_unless_another_type_is_declared() {
    let csv = "article,price\n10,1\n11,2\n";
    assert_eq!(row(&table(PLAIN, csv), "10"), r#"{"price":1}"#);
    let typed = "table t: int -> { price: decimal } from \"t.csv\" key \"article\"\n";
    assert_eq!(row(&table(typed, csv), "11"), r#"{"price":2}"#);
    let words = found(typed, "article,price\nA1,1\n010,1\n");
    assert_eq!(
        words,
        [
            "csv-cell @ 2:1 column `article` takes a whole number, but this cell holds `A1`, and one more cell like it"
        ]
    );
}

#[test]
fn a_declared_type_reads_its_columns_and_leaves_the_others() {
    let decl = "type Sku = { article: string, price: money in RUB, active: bool, since: date, kind: \"food\" | \"drink\", note: string? }\n\
        table t: string -> Sku from \"t.csv\" key \"article\"\n";
    let csv = "kind;article;price;active;since;note;other\nfood;A1;12,50;TRUE;21.11.2026;;x\n";
    let table = table(decl, csv);
    let text = row(&table, "A1");
    assert!(text.starts_with(r#"{"article":"A1","price":"#), "{text}");
    assert!(
        text.ends_with(r#""active":true,"since":"2026-11-21","kind":"food","note":null}"#),
        "{text}"
    );
}

#[test]
fn a_cell_that_does_not_fit_is_shown_once_for_its_column() {
    let decl = "table t: string -> { price: money, kind: \"a\" | \"b\", n: int } from \"t.csv\" key \"article\"\n";
    let csv = "article,price,kind,n\nA1,free,c,1\nA2,1 290,a,\nA3,2,b,007\n";
    let lines = found(decl, csv);
    assert_eq!(lines.len(), 3, "{lines:#?}");
    assert!(lines[0].starts_with("csv-cell @ 2:4 column `price` takes money, but this cell holds `free`, and one more cell like it"));
    assert!(lines[1].starts_with("csv-cell @ 2:9 column `kind` takes one of"));
    assert!(
        lines[2].starts_with(
            "csv-cell @ 3:12 column `n` takes a whole number, but this cell is empty, and one more"
        ),
        "{lines:#?}"
    );
}

#[test]
fn a_wrong_header_says_what_is_wrong_with_it() {
    let cases = [
        (
            "",
            "csv-header @ 1:14 `t.csv` is empty: its first line names the columns",
        ),
        ("a,,b\n", "csv-header @ 1:3 column 2 has no name"),
        (
            "article,b,b\n",
            "csv-header @ 1:11 two columns are named `b`",
        ),
        (
            "artikle,b\n",
            "csv-header @ 1:26 `t.csv` has no column `article` | artikle",
        ),
    ];
    for (csv, wanted) in cases {
        let lines = found(PLAIN, csv);
        assert!(
            lines.iter().any(|line| line.starts_with(wanted)),
            "{csv:?}: {lines:#?}"
        );
    }
    let decl = "table t: string -> { prise: money } from \"t.csv\" key \"article\"\n";
    let lines = found(decl, "article,price\nA1,1\n");
    assert_eq!(
        lines,
        [
            "csv-header @ 1:22 the rows have a field `prise`, but `t.csv` has no such column | the column is named `price`"
        ]
    );
}

#[test]
fn rows_are_as_wide_as_the_header_and_each_has_its_own_key() {
    let lines = found(PLAIN, "article,b\nA1,1\nA2\nA3,1,2\nA1,3\n,4\n");
    let starts = [
        "csv-row @ 3:1 this row has 1 cell, the header has 2, and one more row like it",
        "duplicate-key @ 5:1 two rows have the `article` `A1`",
        "csv-cell @ 6:1 this row has no `article`, which is the key",
    ];
    assert_eq!(lines.len(), 3, "{lines:#?}");
    for (line, start) in lines.iter().zip(starts) {
        assert!(line.starts_with(start), "{line}");
    }
}

#[test]
fn only_what_a_cell_can_hold_is_a_column() {
    let of = |decl: &str| found(decl, "article,b\nA1,1\n");
    assert!(
        of("table t: string -> money from \"t.csv\" key \"article\"\n")[0]
            .starts_with("csv-type @ 1:20 ")
    );
    assert!(
        of("table t: string -> { b: [int] } from \"t.csv\" key \"article\"\n")[0]
            .starts_with("csv-type @ 1:22 ")
    );
    assert!(
        of("table t: money -> { b: int } from \"t.csv\" key \"article\"\n")[0]
            .starts_with("csv-type @ 1:10 ")
    );
}

#[test]
fn a_row_is_an_object_whose_fields_are_known() {
    let decl = "table t from \"t.csv\" key \"article\"\nconst NAME = t[\"A1\"].nme\nconst PRICE: decimal = t[\"A1\"].price\nconst SAFE = t[\"A9\"].name catch \"none\"\n";
    let lines = found(decl, "article,name,price\nA1,tea,1.50\n");
    assert!(
        lines
            .iter()
            .any(|line| line == "unknown-field @ 2:22 `t[\"A1\"]` has no field `nme` | name"),
        "{lines:#?}"
    );
    assert!(
        lines.iter().all(|line| !line.starts_with("needless-catch")),
        "{lines:#?}"
    );
}
