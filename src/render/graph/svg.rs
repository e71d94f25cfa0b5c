//! A picture in SVG that stands alone: no script, no font, no address outside of it; light and dark.

use super::layout::{Point, layout};
use super::{Box, Columns, Drawing};
use crate::plan::Action;
use crate::render::ink;
use crate::shown;

/// How wide a letter of the text is, in the monospaced fonts of browsers at 12 pixels.
const LETTER: f64 = 7.25;
const LINE: f64 = 18.0;
const TITLE: f64 = 26.0;
const PAD: f64 = 10.0;

const STYLE: &str = "\
svg{background:#fff;color:#1f2328;font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}\
.box{fill:#fff;stroke:#8c959f}.head{fill:#eaeef2}.name{fill:#1f2328;font-weight:600}.row{fill:#1f2328}.of{fill:#59636e}\
.key{text-decoration:underline}.arrow{fill:none;stroke:#57606a;stroke-width:1.2}.may{stroke-dasharray:5 3}.tip{fill:#57606a}\
.made .head{fill:#aceebb}.dropped .head{fill:#ffcecb}.changed .head{fill:#fae17d}\
.made .box,.dropped .box,.changed .box{stroke-width:2}\
@media (prefers-color-scheme:dark){svg{background:#0d1117}.box{fill:#0d1117;stroke:#656c76}.head{fill:#212830}\
.name,.row{fill:#f0f6fc}.of{fill:#9198a1}.arrow{stroke:#9198a1}.tip{fill:#9198a1}\
.made .head{fill:#033a16}.dropped .head{fill:#67060c}.changed .head{fill:#4b2900}}";

/// Writes a drawing as SVG.
#[must_use]
pub fn svg(drawing: &Drawing) -> String {
    let sizes: Vec<Point> = drawing.boxes.iter().map(size).collect();
    let arrows: Vec<(usize, usize)> =
        drawing.arrows.iter().map(|arrow| (arrow.from, arrow.to)).collect();
    let places = layout(&sizes, &arrows);
    let (width, height) = (places.size.0.ceil().max(1.0), places.size.1.ceil().max(1.0));
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{}\">\n<style>{STYLE}</style>\n\
         <defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" \
         orient=\"auto-start-reverse\"><path class=\"tip\" d=\"M0 0.6 8 4 0 7.4z\"/></marker></defs>\n",
        format_args!(
            "{}, {}",
            shown::counted(drawing.boxes.len(), "table"),
            shown::counted(drawing.arrows.len(), "foreign key")
        )
    );
    for (arrow, points) in drawing.arrows.iter().zip(&places.arrows) {
        let may = if arrow.is_optional { " may" } else { "" };
        let columns = arrow.columns.join(", ");
        out.push_str(&format!(
            "<path class=\"arrow{may}\" marker-end=\"url(#tip)\" d=\"{}\"><title>{} ({})</title></path>\n",
            path(points),
            escaped(&arrow.name),
            escaped(&columns)
        ));
    }
    for ((table, place), size) in drawing.boxes.iter().zip(&places.boxes).zip(&sizes) {
        out.push_str(&drawn(table, *place, *size));
    }
    out.push_str("</svg>\n");
    out
}

fn size(table: &Box) -> Point {
    let row = |row: &super::Row| letters(&row.name) + 2.0 + letters(&row.of);
    let rows = table.rows.iter().map(row).fold(0.0, f64::max);
    let widest =
        rows.max(letters(&table.title) * 1.04).max(if table.partitions > 0 { 14.0 } else { 6.0 });
    let lines = table.rows.len() + usize::from(table.partitions > 0);
    (widest * LETTER + 2.0 * PAD, TITLE + LINE * count(lines) + if lines > 0 { 6.0 } else { 0.0 })
}

fn letters(text: &str) -> f64 {
    count(ink::columns(&ink::line(text)))
}

#[allow(clippy::cast_precision_loss)] // numbers of letters and lines
fn count(number: usize) -> f64 {
    number as f64
}

fn drawn(table: &Box, (x, y): Point, (width, height): Point) -> String {
    let (left, top) = (round(x - width / 2.0), round(y - height / 2.0));
    let mark = match table.mark {
        None => "",
        Some(Action::Create) => " made",
        Some(Action::Drop) => " dropped",
        Some(_) => " changed",
    };
    let (width, height) = (round(width), round(height));
    let title = escaped(&table.title);
    let mut out = format!(
        "<g class=\"table{mark}\" transform=\"translate({left} {top})\">\
         <rect class=\"box\" width=\"{width}\" height=\"{height}\" rx=\"5\"/>\
         <path class=\"head\" d=\"M1 6a5 5 0 0 1 5-5h{}a5 5 0 0 1 5 5v{}h-{}z\"/>\
         <text class=\"name\" x=\"{PAD}\" y=\"17\">{title}</text>",
        round(width - 12.0),
        TITLE - 6.0,
        round(width - 2.0)
    );
    let mut line = TITLE + 15.0;
    for row in &table.rows {
        let key = if row.is_primary { " key" } else { "" };
        out.push_str(&format!(
            "<text x=\"{PAD}\" y=\"{line}\"><tspan class=\"row{key}\">{}</tspan><tspan class=\"of\" dx=\"{LETTER}\">{}</tspan></text>",
            escaped(&row.name),
            escaped(&row.of)
        ));
        line += LINE;
    }
    if table.partitions > 0 {
        let partitions = shown::counted(table.partitions, "partition");
        out.push_str(&format!("<text class=\"of\" x=\"{PAD}\" y=\"{line}\">{partitions}</text>"));
    }
    out.push_str("</g>\n");
    out
}

/// A smooth line through points: straight to the middle of each piece, curved at each point.
fn path(points: &[Point]) -> String {
    let at = |(x, y): Point| format!("{} {}", round(x), round(y));
    let [first, .., last] = points else { return String::new() };
    let mut out = format!("M{}", at(*first));
    for pair in points[1..].windows(2) {
        let middle = (f64::midpoint(pair[0].0, pair[1].0), f64::midpoint(pair[0].1, pair[1].1));
        let end = if pair[1] == *last { *last } else { middle };
        out.push_str(&format!("Q{} {}", at(pair[0]), at(end)));
    }
    if points.len() == 2 {
        out.push_str(&format!("L{}", at(*last)));
    }
    out
}

fn round(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

/// A text in XML and HTML.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in shown::line(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

impl Drawing {
    /// Which columns make a picture of so many tables that can be read.
    #[must_use]
    pub fn usual_columns(tables: usize) -> Columns {
        if tables > 12 { Columns::Keys } else { Columns::All }
    }

    /// How many tables are drawn.
    #[must_use]
    pub fn tables(&self) -> usize {
        self.boxes.len()
    }
}
