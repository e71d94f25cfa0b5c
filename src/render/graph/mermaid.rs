//! A diagram of Mermaid, which GitHub and GitLab draw in markdown.

use super::{Arrow, Drawing};
use crate::plan::Action;
use crate::shown;

/// Writes a drawing as an entity relationship diagram.
#[must_use]
pub fn mermaid(drawing: &Drawing) -> String {
    let mut out = "erDiagram\n".to_owned();
    for (at, table) in drawing.boxes.iter().enumerate() {
        let mut title = label(&table.title);
        if table.partitions > 0 {
            title.push_str(&format!(", {}", shown::counted(table.partitions, "partition")));
        }
        out.push_str(&format!("    t{at}[\"{title}\"]"));
        if let Some(mark) = table.mark {
            out.push_str(&format!(":::{}", class(mark)));
        }
        if table.rows.is_empty() {
            out.push('\n');
            continue;
        }
        out.push_str(" {\n");
        for row in &table.rows {
            let keys = match (row.is_primary, row.is_foreign) {
                (true, true) => " PK, FK",
                (true, false) => " PK",
                (false, true) => " FK",
                (false, false) => "",
            };
            out.push_str(&format!("        {} {}{keys}\n", word(&row.of), word(&row.name)));
        }
        out.push_str("    }\n");
    }
    for Arrow { from, to, columns, is_optional, is_unique, name: _ } in &drawing.arrows {
        let many = if *is_unique { "|o" } else { "}o" };
        let one = if *is_optional { "o|" } else { "||" };
        let by = label(&columns.join(", "));
        out.push_str(&format!("    t{from} {many}--{one} t{to} : \"{by}\"\n"));
    }
    let marks: std::collections::BTreeSet<&str> =
        drawing.boxes.iter().filter_map(|table| table.mark.map(class)).collect();
    for mark in marks {
        let colour = match mark {
            "made" => "stroke:#1a7f37,stroke-width:3px",
            "dropped" => "stroke:#cf222e,stroke-width:3px,stroke-dasharray:4",
            _ => "stroke:#9a6700,stroke-width:3px",
        };
        out.push_str(&format!("    classDef {mark} {colour}\n"));
    }
    out
}

fn class(mark: Action) -> &'static str {
    match mark {
        Action::Create => "made",
        Action::Drop => "dropped",
        Action::Alter | Action::Replace | Action::Rebuild | Action::Rename => "changed",
    }
}

/// A text in double quotes. What ends it, or is markup in a label, is written as a code of Mermaid.
fn label(text: &str) -> String {
    let tame = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | ' ' | ',' | '$');
    let each = |c: char| if tame(c) { c.to_string() } else { format!("#{};", u32::from(c)) };
    shown::line(text).chars().map(each).collect()
}

/// A name or type of an attribute: Mermaid knows letters, digits, and a few signs.
fn word(text: &str) -> String {
    let tame = |c: char| {
        if c.is_ascii_alphanumeric() || matches!(c, '_' | '(' | ')' | '[' | ']') { c } else { '_' }
    };
    let text: String = text.chars().map(tame).collect();
    if text.starts_with(|c: char| c.is_ascii_alphabetic()) { text } else { format!("x{text}") }
}
