//! The rows of a table that is made again, and how far its sequences have counted: saved before anything is dropped,
//! restored before anything that would look at them is there.

use super::Table;
use crate::hazard::Hazard;
use crate::id::Id;
use crate::kind::abilities::Values;
use crate::kind::relation::column::{Column, of_table};
use crate::kind::relation::lineage::{is_partitioned, parents};
use crate::kind::relation::sequence::{Sequence, source};
use crate::kind::{Cx, Decision, Kind, temporary_name};
use crate::sql::cast::may_be_set;
use crate::sql::quote::{ident, literal, qualified};
use crate::sql::tree::{self, Class};
use crate::step::Step;

/// The name of a table for a while.
fn aside(table: &Id, what: &str, cx: &Cx<'_>) -> String {
    let taken = |name: &str| {
        [cx.current, cx.desired]
            .iter()
            .any(|side| side.occupied("relation", &[table.first(), name]))
    };
    qualified(table.first(), &temporary_name(&format!("{}{what}", table.name()), &taken))
}

/// A sequence that counts on.
struct Count {
    /// By what it is known while it is away.
    what: String,
    /// The sequence that is there.
    from: String,
    /// The sequence that is made, as an expression.
    to: String,
}

/// The sequences of a table that count on: those of identities, and those that columns own.
fn counts(table: &Id, cx: &Cx<'_>) -> Vec<Count> {
    let mut found = Vec::new();
    for (name, new) in of_table(table, cx.desired) {
        let id = table.child(Kind::Column, name);
        let old = cx.current.attrs::<Column>(&id).filter(|old| old.is_identity());
        if let Some(old) = old.filter(|_| new.is_identity()) {
            let of = literal(&qualified(table.first(), table.name()));
            let to = format!("pg_catalog.pg_get_serial_sequence({of}, {})", literal(name));
            found.push(Count { what: name.to_owned(), from: old.sequence_name(&id).sql(), to });
        } else if let Some((from, to)) = source::moved(&id, cx) {
            found.push(Count { what: name.to_owned(), from, to });
        }
    }
    for (id, object) in cx.current.below(Kind::Sequence, &[]) {
        let of = object.attrs.dropped_with(id);
        let owned = of.iter().any(|column| column.path.starts_with(&table.path));
        if owned && cx.desired.attrs::<Sequence>(id).is_some() {
            let from = qualified(id.first(), id.name());
            found.push(Count { what: id.dotted(), to: literal(&from), from });
        }
    }
    found
}

/// Whether the table is made again with its rows, and not with those of a parent.
pub(super) fn are_put_aside(table: &Id, cx: &Cx<'_>) -> bool {
    let again = |table: &Id| matches!(cx.decision(table), Decision::Rebuild { .. });
    again(table) && !parents(table, cx.current).iter().any(again)
}

/// Saves the rows, and how far its sequences have counted.
pub(super) fn save(id: &Id, cx: &Cx<'_>) -> Vec<Step> {
    if !are_put_aside(id, cx) {
        return Vec::new();
    }
    let (table, rows) = (qualified(id.first(), id.name()), aside(id, "", cx));
    let moved = format!(
        "all rows are copied to {rows}, and from there to the table that is made again, while reads \
         and writes wait"
    );
    let columns = of_table(id, cx.current);
    let value = |(name, column): &(&str, &Column)| column.aside(&id.child(Kind::Column, name), cx);
    let values: Vec<String> = columns.iter().map(value).collect();
    let copy = if columns.iter().map(|(name, _)| ident(name)).eq(values.iter().cloned()) {
        format!("CREATE TABLE {rows} AS TABLE {table}")
    } else {
        format!("CREATE TABLE {rows} AS\nSELECT {}\nFROM {table}", values.join(", "))
    };
    let mut steps = vec![Step::new(format!("LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))];
    if cx.current.attrs::<Table>(id).is_some_and(|table| table.force_row_level_security) {
        // All rows are seen, also by the owner.
        steps.push(Step::new(format!("ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")));
    }
    steps.push(Step::new(copy).hazard(Hazard::RewriteTable, moved));
    let counts = counts(id, cx);
    if !counts.is_empty() {
        let one = |Count { what, from, .. }: &Count| {
            format!("SELECT {}::text AS what, last_value, is_called FROM {from}", literal(what))
        };
        let all: Vec<String> = counts.iter().map(one).collect();
        let counts = aside(id, "_counts", cx);
        steps.push(Step::new(format!("CREATE TABLE {counts} AS {}", all.join("\nUNION ALL "))));
    }
    steps
}

/// Restores the rows.
pub(super) fn restore(id: &Id, cx: &Cx<'_>) -> Vec<Step> {
    let mut steps = vec![insert(id, cx)];
    let (counts, counted) = (counts(id, cx), aside(id, "_counts", cx));
    for (name, _) in of_table(id, cx.desired) {
        if counts.iter().all(|count| count.what != name) {
            steps.extend(source::behind_values(&id.child(Kind::Column, name), cx));
        }
    }
    for Count { what, to, .. } in &counts {
        steps.push(Step::new(format!(
            "SELECT pg_catalog.setval({to}, last_value, is_called) FROM {counted} WHERE what = {}",
            literal(what)
        )));
    }
    steps.push(Step::new(format!("DROP TABLE {}", aside(id, "", cx))));
    steps.extend((!counts.is_empty()).then(|| Step::new(format!("DROP TABLE {counted}"))));
    if let Some(table) = cx.desired.attrs::<Table>(id) {
        // Forced on its owner, it would let no row in while the policies are not there.
        steps.extend(table.security(&table.unforced(), id));
    }
    steps
}

/// An expression that is one value for each row: PostgreSQL refuses what returns a set within COALESCE, and a set that is
/// empty would leave the row out.
fn one_value(sql: &str) -> String {
    let tree = tree::parse(Class::Expr, sql);
    if tree.is_ok_and(|tree| may_be_set(&tree)) {
        format!("coalesce({sql})")
    } else {
        sql.to_owned()
    }
}

/// The rows as they come back, with what may be lost on the way.
fn insert(id: &Id, cx: &Cx<'_>) -> Step {
    let (table, rows) = (qualified(id.first(), id.name()), aside(id, "", cx));
    let (mut into, mut from, mut overriding) = (Vec::new(), Vec::new(), "");
    let (mut lost, mut without) = (Vec::new(), Vec::new());
    for (name, column) in of_table(id, cx.desired).into_iter().filter(|(_, c)| !c.is_computed()) {
        let of = id.child(Kind::Column, name);
        let old = cx.current.attrs::<Column>(&of);
        let back = old.map(|old| column.returning(old, &of, cx));
        let fills = || column.backfill_sql().map(|sql| one_value(&sql));
        let Some(value) = back.as_ref().map(|back| back.sql.clone()).or_else(fills) else {
            continue;
        };
        if column.is_identity() {
            overriding = " OVERRIDING SYSTEM VALUE";
        }
        into.push(ident(name));
        from.push(value);
        if let Some(back) = back {
            lost.extend(back.loses.map(|loses| format!("column {name}: {loses}")));
            without.extend(back.may_be_null.then_some(name));
        }
    }
    let gone = of_table(id, cx.current).into_iter().map(|(name, _)| name);
    let gone = gone.filter(|name| cx.desired.get(&id.child(Kind::Column, name)).is_none());
    lost.extend(gone.map(|name| format!("the values of column {name} are lost")));
    let (into, from) = (into.join(", "), from.join(", "));
    let into = if into.is_empty() { String::new() } else { format!(" ({into})") };
    let mut step =
        Step::new(format!("INSERT INTO {table}{into}{overriding}\nSELECT {from} FROM {rows}"));
    if is_partitioned(id, cx.desired) {
        step = step.hazard(Hazard::MayFail, "it fails if a row belongs to no partition");
    }
    for name in without {
        step = step
            .hazard(Hazard::MayFail, format!("it fails if a row has no value in column {name}"));
    }
    lost.into_iter().fold(step, Step::loses_data).authored()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_set_is_one_value_for_each_row() {
        for (sql, value) in [
            ("now()", "coalesce(now())"),
            ("a || 'x'", "coalesce(a || 'x')"),
            ("'none'", "'none'"),
            ("0", "0"),
            ("coalesce(f(a), 1)", "coalesce(f(a), 1)"),
        ] {
            assert_eq!(one_value(sql), value);
        }
    }
}
