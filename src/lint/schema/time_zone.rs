//! Columns of the type timestamp without time zone.

use super::rule::{Level, rule};
use super::{Facts, Found};
use crate::kind::survey::plain_type;

rule! {
    /// A column has the type timestamp without time zone.
    ///
    /// Why: such a value is a wall clock without a place. PostgreSQL neither converts it on the way in nor on the way out,
    /// so that sessions with different time zones write and read different moments, and comparing it with now() depends on
    /// the time zone of the session.
    ///
    /// What to do: declare `timestamptz`, with `using = "COLUMN at time zone 'ZONE'"` for what is there; ignore the columns
    /// that mean a wall clock, such as opening hours, with that reason.
    "timestamp-without-time-zone" Some(Level::Warn), check
}

fn check(facts: &Facts<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for table in facts.survey.tables.values().filter(|table| !table.is_foreign) {
        for column in table.columns.iter().filter(|column| !column.is_inherited) {
            let of = plain_type(&column.of).map(|of| of.name);
            if of.as_deref() == Some("timestamp") {
                found.push(Found {
                    object: column.id.clone(),
                    message: format!(
                        "column {} of {} is a timestamp without time zone",
                        column.id.name(),
                        table.id.dotted()
                    ),
                });
            }
        }
    }
    found
}
