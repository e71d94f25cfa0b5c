//! A graph in the language of Graphviz.

use super::svg::escaped;
use super::{Arrow, Drawing};
use crate::plan::Action;
use crate::shown;

/// Writes a drawing for `dot`.
#[must_use]
pub fn dot(drawing: &Drawing) -> String {
    let mut out =
        "digraph schema {\n    rankdir=LR;\n    node [shape=plain, fontname=\"Helvetica\", \
                   fontsize=11];\n    edge [arrowsize=0.7];\n"
            .to_owned();
    for (at, table) in drawing.boxes.iter().enumerate() {
        let colour = match table.mark {
            None => "#eaeef2",
            Some(Action::Create) => "#aceebb",
            Some(Action::Drop) => "#ffcecb",
            Some(_) => "#fae17d",
        };
        let title = escaped(&table.title);
        let mut cells =
            format!("<tr><td bgcolor=\"{colour}\" align=\"left\"><b>{title}</b></td></tr>");
        for row in &table.rows {
            let (name, of) = (escaped(&row.name), escaped(&row.of));
            let name = if row.is_primary { format!("<u>{name}</u>") } else { name };
            cells.push_str(&format!(
                "<tr><td align=\"left\">{name} <font color=\"#59636e\">{of}</font></td></tr>"
            ));
        }
        if table.partitions > 0 {
            let count = shown::counted(table.partitions, "partition");
            cells.push_str(&format!("<tr><td align=\"left\"><i>{count}</i></td></tr>"));
        }
        out.push_str(&format!(
            "    t{at} [label=<<table border=\"0\" cellborder=\"1\" cellspacing=\"0\">{cells}</table>>];\n"
        ));
    }
    for Arrow { from, to, name, is_optional, .. } in &drawing.arrows {
        let style = if *is_optional { ", style=dashed" } else { "" };
        let name = shown::line(name).replace('\\', "\\\\").replace('"', "\\\"");
        out.push_str(&format!("    t{from} -> t{to} [tooltip=\"{name}\"{style}];\n"));
    }
    out.push_str("}\n");
    out
}
