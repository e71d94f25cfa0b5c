//! Where a key that is written twice was written first.
//!
//! TOML's parser names only the second place. The first is found by giving every second key a name
//! of its own and parsing once more: what then stands beside it under the old name is the first.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

/// Returns, for each place of a key that repeats another, the place of that other.
pub(super) fn earlier_keys(text: &str, again: &[Range<usize>]) -> Vec<Option<Range<usize>>> {
    let mut found = vec![None; again.len()];
    if again.is_empty() {
        return found;
    }
    search(text, again, &mut found);
    // A key inside a table whose header is itself repeated has lost its neighbours to the first
    // table; they come back once the header keeps its name.
    search(text, again, &mut found);
    found
}

fn search(text: &str, again: &[Range<usize>], found: &mut [Option<Range<usize>>]) {
    let mut left: Vec<_> = (0..again.len()).filter(|at| found[*at].is_none()).collect();
    left.sort_by_key(|at| again[*at].start);
    let mut mark = String::from("repeated_key_");
    while text.contains(&mark) {
        mark.push('_');
    }
    let (mut renamed, mut copied, mut shifts) = (String::new(), 0, Vec::new());
    let mut names = BTreeMap::new();
    for at in left {
        let span = &again[at];
        let (Some(between), Some(key)) = (text.get(copied..span.start), text.get(span.clone()))
        else {
            continue;
        };
        let name = format!("{mark}{at}");
        renamed.push_str(between);
        renamed.push_str(&name);
        copied = span.end;
        shifts.push((renamed.len(), copied));
        names.insert(name, (at, decoded(key)));
    }
    renamed.push_str(text.get(copied..).unwrap_or_default());
    let (document, _) = DeTable::parse_recoverable(&renamed);
    visit(document.get_ref(), &mut |table, key| {
        let Some((at, name)) = names.get(key) else { return };
        let Some((first, _)) = table.get_key_value(name.as_str()) else { return };
        let (start, end) = (first.span().start, first.span().end);
        let shift = shifts.iter().rev().find(|(after, _)| *after <= start);
        let (after, original) = shift.copied().unwrap_or((0, 0));
        found[*at] = Some(start - after + original..end - after + original);
    });
}

fn decoded(key: &str) -> String {
    let assignment = format!("{key}=0");
    let (document, _) = DeTable::parse_recoverable(&assignment);
    let name = document.get_ref().keys().next().map(|name| name.get_ref().to_string());
    name.unwrap_or_default()
}

fn visit(table: &DeTable<'_>, see: &mut impl FnMut(&DeTable<'_>, &str)) {
    for (key, value) in table {
        see(table, key.get_ref());
        visit_value(value.get_ref(), see);
    }
}

fn visit_value(value: &DeValue<'_>, see: &mut impl FnMut(&DeTable<'_>, &str)) {
    match value {
        DeValue::Table(table) => visit(table, see),
        DeValue::Array(values) => values.iter().for_each(|value| visit_value(value.get_ref(), see)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::report::Code;
    use crate::source::{Source, parse};

    /// Returns (line, line) of the second and the first place of each repeated key.
    fn lines(text: &str) -> Vec<(usize, usize)> {
        let (_, diagnostics) = parse(&Source::new("a.toml", text));
        let line = |diagnostic: &crate::report::Diagnostic, label: usize| {
            let place = diagnostic.labels.get(label);
            place.map_or(0, |(origin, _)| origin.line_column(text).0)
        };
        let repeated =
            diagnostics.iter().filter(|diagnostic| diagnostic.code == Code::DuplicateKey);
        repeated.map(|diagnostic| (line(diagnostic, 0), line(diagnostic, 1))).collect()
    }

    #[test]
    fn a_column_written_twice_points_at_both() {
        assert_eq!(lines("[table.t.column]\na = ''\n\n\"a\" = ''\n'a' = ''\n"), [(4, 2), (5, 2)]);
    }

    #[test]
    fn a_header_written_twice_points_at_both() {
        assert_eq!(lines("[table.t]\n[table.u]\n[table.t]\n[table.t]\n"), [(3, 1), (4, 1)]);
        assert_eq!(lines("[table.t.column]\n[table.t]\n[x]\n[table.t]\n"), [(4, 2)]);
    }

    #[test]
    fn keys_in_a_repeated_table_point_at_their_first() {
        let text = "[table.t.column]\na = ''\n[table.t.column]\na = ''\nb = ''\n";
        assert_eq!(lines(text), [(3, 1), (4, 2)]);
    }

    #[test]
    fn inline_and_dotted_keys_point_at_both() {
        assert_eq!(lines("x = { a = 1,\n b = 2,\n a = 3 }\n"), [(3, 1)]);
        assert_eq!(lines("[t]\nc.a = 1\nc.b = 1\nc.a = 2\n"), [(4, 2)]);
        assert_eq!(lines("[t]\nc.a = 1\n[t.c]\n"), [(3, 2)]);
        assert_eq!(lines("[t]\nc.a.b = 1\n[y]\n[t.c.a]\nd = 1\n"), [(4, 2)]);
    }

    #[test]
    fn the_same_name_elsewhere_is_no_matter() {
        let text = "repeated_key_ = 1\n[a]\nx = 1\n[b]\nx = 1\ny = [{ z = 1, z = 2 }]\n";
        assert_eq!(lines(text), [(6, 6)]);
    }
}
