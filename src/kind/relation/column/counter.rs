//! The sequence of an identity column: how it is made where values were counted before, and how it changes.

use super::identity::Options;
use super::{Column, alter_column};
use crate::id::Id;
use crate::kind::Sides;
use crate::kind::abilities::{Counted, Counts};
use crate::kind::describe::{bare, move_named};
use crate::kind::relation::lineage;
use crate::kind::relation::sequence::source::{self, sequence_expression};
use crate::kind::relation::sequence::{Counting, Integer, Restart};
use crate::leaf::Qualified;
use crate::sql::quote::{ident, literal, qualified};
use crate::step::Step;

/// Whether the identity of a new column comes by a statement of its own: child tables do not have it, and
/// PostgreSQL adds no column with it to them (`ATExecAddColumn`). Since 17 partitions do.
pub(super) fn identity_follows(table: &Id, cx: &Sides<'_>) -> bool {
    let has_it = cx.major() >= 17 && lineage::is_partitioned(table, cx.current);
    let has_children =
        |side| lineage::children(side).any(|child| lineage::parents(&child, side).contains(table));
    !has_it && [cx.current, cx.desired].into_iter().any(has_children)
}

impl Counted for Column {
    fn integer(&self) -> Option<Integer> {
        Integer::of(&self.kind.as_ref()?.text)
    }

    fn identity(&self, id: &Id) -> Option<(Qualified, Counting)> {
        self.is_identity().then(|| (self.sequence_name(id), self.counting()))
    }
}

impl Counts for Column {
    fn bounds(&self) -> Option<(i64, i64)> {
        self.is_identity().then(|| self.counting().bounds())
    }
}

impl Column {
    /// How the sequence of an identity counts.
    pub(in crate::kind) fn counting(&self) -> Counting {
        self.identity_options.counting(self.kind.as_ref().map_or("", |kind| kind.text.as_str()))
    }

    /// Whether PostgreSQL, which gives the sequence of an identity the type of its column, would find its bounds or
    /// its START beyond that type: they change before the type then.
    pub(super) fn narrows_identity(&self, old: &Self) -> bool {
        self.is_identity() && old.is_identity() && self.counting().of < old.counting().of
    }

    /// The statements that take the identity that is there to the wanted one.
    pub(super) fn identity_steps(&self, old: &Self, id: &Id, cx: &Sides<'_>) -> Vec<Step> {
        let (Some(wanted), Some(there)) = (self.identity, old.identity) else {
            return if self.is_identity() { self.add_identity(id, cx) } else { Vec::new() };
        };
        let alter = alter_column(id);
        let (counting, was) = (self.counting(), old.counting());
        let restart = counting.restarts(&was);
        let stands = if counting.of < was.of {
            Counting { of: counting.of, ..was }
        } else {
            was.retyped(counting.of)
        };
        let mut actions: Vec<String> = Vec::new();
        if wanted != there {
            actions.push(format!("SET GENERATED {}", wanted.sql()));
        }
        actions.extend(counting.changes(&stands).into_iter().map(|option| format!("SET {option}")));
        if restart == Restart::Must {
            actions.push("RESTART".to_owned());
        }
        let from = old.sequence_name(id);
        let repeat = |option: &str| format!("{alter} SET {option}");
        let mut steps = counting.stay_within(&was, &from.sql(), &repeat);
        if !actions.is_empty() {
            steps.push(restart.warn(Step::new(format!("{alter} {}", actions.join(" ")))));
        }
        if restart == Restart::Must {
            steps.push(self.count_behind(id, counting.of.max(was.of)));
        }
        if self.identity_options.name != old.identity_options.name {
            steps.extend(bare(move_named("SEQUENCE", &from, &self.sequence_name(id), "")));
        }
        steps
    }

    /// The statements that make the identity. It goes on where the sequence stands that gave the values before, else
    /// behind the values that are there.
    fn add_identity(&self, id: &Id, cx: &Sides<'_>) -> Vec<Step> {
        let before = source::replaced(id, cx);
        let mut steps = Vec::new();
        let (mut made, mut target) = (self.clone(), sequence_expression(id));
        // pg_get_serial_sequence would not tell the two apart, and PostgreSQL might choose another name.
        if source::is_owned(id, cx.current) {
            let name = source::free_name(id, &self.sequence_name(id), cx);
            target = literal(&name.sql());
            made.identity_options = Options { name: Some(name), ..made.identity_options };
        }
        if let Some(replaced) = &before {
            steps.extend(replaced.renamed_before.clone());
        }
        let definition = made.identity_sql().unwrap_or_default();
        steps.push(Step::new(format!("{} ADD {definition}", alter_column(id))));
        steps.push(match &before {
            Some(of) => self.counting().go_on(&target, &of.name.sql(), &of.counting, None),
            None => self.behind(&target, id, self.counting().of),
        });
        steps
    }

    /// Lets the sequence of an identity go on behind the values that are there, which are of the type `of`.
    pub(in crate::kind) fn count_behind(&self, id: &Id, of: Integer) -> Step {
        self.behind(&sequence_expression(id), id, of)
    }

    fn behind(&self, target: &str, id: &Id, of: Integer) -> Step {
        let (table, column) = (qualified(&id.path[0], &id.path[1]), ident(id.name()));
        self.counting().go_behind(target, &table, &column, of, None)
    }
}
