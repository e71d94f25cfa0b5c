//! Which sequence gives a column its values, and which takes the place of another: how far the one has counted is
//! where the other goes on, so that no value comes twice.

use super::{Counting, Integer, Restart, Sequence};
use crate::catalog::Catalog;
use crate::id::Id;
use crate::kind::abilities::Counted;
use crate::kind::{Cx, Kind, Sides, temporary_name};
use crate::leaf::Qualified;
use crate::sql::quote::{ident, literal, qualified};
use crate::step::Step;

/// What counts for a column.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Source {
    /// Its own sequence, as an identity.
    Identity,
    /// A sequence that its default calls.
    Sequence(Id),
}

/// A sequence of which another takes the place.
pub(in crate::kind) struct Replaced {
    /// Its name when its position is read.
    pub(in crate::kind) name: Qualified,
    /// How it counts.
    pub(in crate::kind) counting: Counting,
    /// The statement that takes its name away before.
    pub(in crate::kind) renamed_before: Option<Step>,
}

/// What counts for a column on one side.
fn of(column: &Id, side: &Catalog) -> Option<Source> {
    integer(column, side)?;
    if identity(column, side).is_some() {
        return Some(Source::Identity);
    }
    let default = column.as_kind(Kind::Default);
    counted_by(&default, side)?.calls(&default, None, side).map(Source::Sequence)
}

fn counted_by<'a>(id: &Id, side: &'a Catalog) -> Option<&'a dyn Counted> {
    side.get(id)?.attrs.as_counted()
}

fn integer(column: &Id, side: &Catalog) -> Option<Integer> {
    counted_by(column, side)?.integer()
}

fn identity(column: &Id, side: &Catalog) -> Option<(Qualified, Counting)> {
    counted_by(column, side)?.identity(column)
}

fn counting(sequence: &Id, side: &Catalog) -> Option<Counting> {
    side.attrs::<Sequence>(sequence).map(Sequence::counting)
}

/// The sequence of an identity, found by its column.
pub(in crate::kind) fn sequence_expression(column: &Id) -> String {
    let table = literal(&qualified(&column.path[0], &column.path[1]));
    format!("pg_get_serial_sequence({table}, {})", literal(column.name()))
}

/// The columns of integers that take their values from a sequence: its owner, and those whose defaults call it.
fn users(sequence: &Id, side: &Catalog) -> Vec<Id> {
    let owner = side.attrs::<Sequence>(sequence).and_then(|it| it.owned_by.as_ref());
    let mut found: Vec<Id> = owner.map(super::Owner::column).into_iter().collect();
    let calls = |id: &Id| {
        let called = counted_by(id, side).and_then(|it| it.calls(id, Some(sequence.name()), side));
        called.is_some_and(|of| of == *sequence)
    };
    let defaults = side.below(Kind::Default, &[]).map(|(id, _)| id);
    found.extend(defaults.filter(|id| calls(id)).map(|id| id.as_kind(Kind::Column)));
    found.retain(|column| integer(column, side).is_some());
    found.sort();
    found.dedup();
    found
}

/// Whether a column of integers is there before, of whatever type, and after.
fn is_there(column: &Id, cx: &Sides<'_>) -> bool {
    let typed = |side: &Catalog| side.get(column)?.attrs.as_typed()?.type_text();
    typed(cx.current).is_some() && integer(column, cx.desired).is_some()
}

/// The same, in a table that keeps its rows.
fn stays(column: &Id, cx: &Cx<'_>) -> bool {
    is_there(column, cx)
        && cx.stays(column)
        && !cx.decision(&column.ancestor(Kind::Table, 2)).removes()
}

fn has_tables(side: &Catalog) -> bool {
    side.below(Kind::Table, &[]).next().is_some()
}

/// Where the position goes of what counted for a column of a table that is made again, if something else counts for it
/// then: the sequence that is there, and the one that is made, as an expression.
pub(in crate::kind) fn moved(column: &Id, cx: &Sides<'_>) -> Option<(String, String)> {
    let (old, new) = (of(column, cx.current)?, of(column, cx.desired)?);
    let known = |source: &Source, side: &Catalog| match source {
        Source::Identity => identity(column, side),
        Source::Sequence(of) => counting(of, side).map(|counting| (name_of(of), counting)),
    };
    let (from, was) = known(&old, cx.current)?;
    let (name, counts) = known(&new, cx.desired)?;
    let to = match &new {
        Source::Identity => sequence_expression(column),
        Source::Sequence(_) => literal(&name.sql()),
    };
    let fits = counts.restarts(&was) == Restart::No;
    (old != new && fits && is_new(column, &new, cx)).then(|| (from.sql(), to))
}

/// Whether what counts for a column is made by the plan.
fn is_new(column: &Id, source: &Source, cx: &Sides<'_>) -> bool {
    match source {
        Source::Identity => of(column, cx.current) != Some(Source::Identity),
        Source::Sequence(of) => cx.current.get(of).is_none(),
    }
}

/// The statement that lets what is made to count for a column of a table that is made again go on behind its values.
pub(in crate::kind) fn behind_values(column: &Id, cx: &Sides<'_>) -> Option<Step> {
    cx.current.get(column)?;
    let source = of(column, cx.desired).filter(|source| is_new(column, source, cx))?;
    let (target, counting) = match &source {
        Source::Identity => (sequence_expression(column), identity(column, cx.desired)?.1),
        Source::Sequence(of) => (literal(&name_of(of).sql()), counting(of, cx.desired)?),
    };
    behind(&target, column, &counting, None, cx)
}

/// The columns that are there already and take their values from a sequence after the plan.
fn filled(sequence: &Id, cx: &Sides<'_>) -> Vec<Id> {
    if !has_tables(cx.current) {
        return Vec::new();
    }
    users(sequence, cx.desired).into_iter().filter(|column| is_there(column, cx)).collect()
}

fn is_named(sequence: &Id, name: &Qualified) -> bool {
    name.schema.as_deref() == Some(sequence.first()) && name.name == sequence.name()
}

fn name_of(sequence: &Id) -> Qualified {
    Qualified::new(sequence.first(), sequence.name())
}

/// A name in the same schema that no relation has, before or after.
fn spare(name: &Qualified, cx: &Sides<'_>) -> Qualified {
    let schema = name.schema.clone().unwrap_or_default();
    let taken = |name: &str| {
        let is_taken = |side: &&Catalog| side.occupied("relation", &[schema.as_str(), name]);
        [cx.current, cx.desired].iter().any(is_taken)
    };
    Qualified::new(&schema, &temporary_name(&name.name, &taken))
}

fn rename(from: &Qualified, to: &Qualified) -> Step {
    Step::new(format!("ALTER SEQUENCE {} RENAME TO {}", from.sql(), ident(&to.name)))
}

/// The sequence that counted for a column which becomes an identity.
pub(in crate::kind) fn replaced(column: &Id, cx: &Sides<'_>) -> Option<Replaced> {
    let Some(Source::Sequence(sequence)) = of(column, cx.current) else { return None };
    let counting = counting(&sequence, cx.current)?;
    if !identity(column, cx.desired)?.1.can_go_on(&counting) {
        return None;
    }
    let name = name_of(&sequence);
    let aside = gives_its_name(&sequence, column, cx).then(|| spare(&name, cx));
    let renamed_before = aside.as_ref().map(|aside| rename(&name, aside));
    Some(Replaced { name: aside.unwrap_or(name), counting, renamed_before })
}

/// Whether a sequence goes whose name the identity of a column gets.
fn gives_its_name(sequence: &Id, column: &Id, cx: &Sides<'_>) -> bool {
    cx.desired.get(sequence).is_none()
        && identity(column, cx.desired).is_some_and(|(name, _)| is_named(sequence, &name))
}

/// Whether a column owns a sequence that is an object of its own.
pub(in crate::kind) fn is_owned(column: &Id, side: &Catalog) -> bool {
    side.of_kind(Kind::Sequence).any(|(id, object)| object.attrs.dropped_with(id).contains(column))
}

/// The name that the sequence of a new identity can have: the wanted one, or one counted up as PostgreSQL does it
/// (`ChooseRelationName`). A sequence of the wanted name that is dropped gets a temporary name before.
pub(in crate::kind) fn free_name(column: &Id, wanted: &Qualified, cx: &Sides<'_>) -> Qualified {
    let schema = wanted.schema.clone().unwrap_or_default();
    let goes = of(column, cx.current);
    let goes = |name: &Qualified| match &goes {
        Some(Source::Sequence(of)) => is_named(of, name) && gives_its_name(of, column, cx),
        _ => false,
    };
    let taken = |name: &Qualified| {
        let is_taken = |side: &&Catalog| side.occupied("relation", &[&schema, &name.name]);
        [cx.current, cx.desired].iter().any(is_taken) && !goes(name)
    };
    let counted = |at: u32| Qualified::new(&schema, &format!("{}{at}", wanted.name));
    let names = std::iter::once(wanted.clone()).chain((1..).map(counted));
    names.into_iter().find(|name| !taken(name)).unwrap_or_else(|| wanted.clone())
}

/// The columns that a new sequence counts for and that were no identities: they change before it is made.
pub(in crate::kind) fn counted(sequence: &Id, cx: &Sides<'_>) -> Vec<Id> {
    filled_anew(sequence, cx, |source| source != Some(Source::Identity))
}

/// Those that were identities, in tables that keep their rows: they change after it is made.
pub(in crate::kind) fn left_identities(sequence: &Id, cx: &Cx<'_>) -> Vec<Id> {
    let mut columns = filled_anew(sequence, cx, |source| source == Some(Source::Identity));
    columns.retain(|column| stays(column, cx));
    columns
}

fn filled_anew(sequence: &Id, cx: &Sides<'_>, fits: fn(Option<Source>) -> bool) -> Vec<Id> {
    if cx.current.get(sequence).is_some() {
        return Vec::new();
    }
    let mut columns = filled(sequence, cx);
    columns.retain(|column| fits(of(column, cx.current)));
    columns
}

/// What takes the place of a sequence that goes: an identity, or another sequence that is made.
pub(in crate::kind) fn successors(sequence: &Id, cx: &Cx<'_>) -> Vec<Id> {
    let Some(old) = counting(sequence, cx.current) else { return Vec::new() };
    if cx.desired.get(sequence).is_some() || !has_tables(cx.desired) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for column in users(sequence, cx.current) {
        if !stays(&column, cx)
            || of(&column, cx.current) != Some(Source::Sequence(sequence.clone()))
        {
            continue;
        }
        let (made, by) = match of(&column, cx.desired) {
            Some(Source::Identity) => (identity(&column, cx.desired).map(|it| it.1), column),
            Some(Source::Sequence(new)) if cx.current.get(&new).is_none() => {
                (counting(&new, cx.desired), new)
            }
            _ => continue,
        };
        if made.is_some_and(|made| made.can_go_on(&old)) {
            found.push(by);
        }
    }
    found
}

/// How a sequence is called when it is dropped: an identity may have got its name.
pub(in crate::kind) fn name_when_dropped(sequence: &Id, cx: &Cx<'_>) -> Qualified {
    let name = name_of(sequence);
    let given = |by: &Id| by.kind == Kind::Column && gives_its_name(sequence, by, cx);
    if successors(sequence, cx).iter().any(given) { spare(&name, cx) } else { name }
}

/// The statements around the making of a sequence for columns that are there: each takes the position of what counted
/// for the column until now, or goes behind its values.
pub(in crate::kind) fn take_over(
    sequence: &Id,
    counting: &Counting,
    cx: &Cx<'_>,
) -> (Vec<Step>, Vec<Step>) {
    let name = name_of(sequence);
    let (mut before, mut after) = (Vec::new(), Vec::new());
    let mut columns = filled(sequence, cx);
    columns.retain(|column| stays(column, cx));
    for (at, column) in columns.iter().enumerate() {
        let also = (at > 0).then(|| name.sql());
        let table = qualified(&column.path[0], &column.path[1]);
        let lock = Step::new(format!("LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"));
        if !before.contains(&lock) {
            before.push(lock);
        }
        let there = match of(column, cx.current) {
            Some(Source::Identity) => identity(column, cx.current),
            Some(Source::Sequence(old)) => {
                self::counting(&old, cx.current).map(|counting| (name_of(&old), counting))
            }
            None => None,
        };
        let target = literal(&name.sql());
        match there {
            Some((from, old)) => {
                let aside = is_named(sequence, &from).then(|| spare(&from, cx));
                before.extend(aside.iter().map(|aside| rename(&from, aside)));
                let from = aside.unwrap_or(from);
                if counting.can_go_on(&old) {
                    after.push(counting.go_on(&target, &from.sql(), &old, also.as_deref()));
                } else {
                    after.extend(behind(&target, column, counting, also.as_deref(), cx));
                }
            }
            None => after.extend(behind(&target, column, counting, also.as_deref(), cx)),
        }
    }
    (before, after)
}

/// The statements that let a sequence that has started again go on behind the values that are there.
pub(in crate::kind) fn behind_users(sequence: &Id, counting: &Counting, cx: &Cx<'_>) -> Vec<Step> {
    let name = name_of(sequence).sql();
    let mut columns = filled(sequence, cx);
    columns.retain(|column| stays(column, cx));
    let step = |(at, column): (usize, &Id)| {
        behind(&literal(&name), column, counting, (at > 0).then_some(name.as_str()), cx)
    };
    columns.iter().enumerate().filter_map(step).collect()
}

fn behind(
    target: &str,
    column: &Id,
    counting: &Counting,
    also: Option<&str>,
    cx: &Sides<'_>,
) -> Option<Step> {
    let of = integer(column, cx.current).max(integer(column, cx.desired))?;
    let table = qualified(&column.path[0], &column.path[1]);
    Some(counting.go_behind(target, &table, &ident(column.name()), of, also))
}
