//! The objects that plumb makes for itself in a database: the journal, where an environment asks for one.

use crate::id::Id;

/// The comment by which the schema of the journal is known.
pub(crate) const MARK: &str = "the journal of plumb";

/// Every object that [`JOURNAL`] makes. Whatever else stands in the schema is not plumb's, and is not passed over.
const OBJECTS: &[&str] = &[
    "schema:plumb",
    "table:plumb.journal",
    "column:plumb.journal.id",
    "identity:plumb.journal.id",
    "column:plumb.journal.at",
    "default:plumb.journal.at",
    "column:plumb.journal.run",
    "column:plumb.journal.role",
    "default:plumb.journal.role",
    "column:plumb.journal.event",
    "column:plumb.journal.detail",
    "constraint:plumb.journal.journal_pkey",
    "constraint:plumb.journal.journal_id_not_null",
    "constraint:plumb.journal.journal_at_not_null",
    "constraint:plumb.journal.journal_run_not_null",
    "constraint:plumb.journal.journal_role_not_null",
    "constraint:plumb.journal.journal_event_not_null",
    "constraint:plumb.journal.journal_detail_not_null",
];

/// The statements that make the journal.
pub(crate) const JOURNAL: &[&str] = &[
    "CREATE SCHEMA plumb",
    "COMMENT ON SCHEMA plumb IS 'the journal of plumb'",
    "CREATE TABLE plumb.journal (\
     id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, \
     at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(), \
     run text NOT NULL, \
     role text NOT NULL DEFAULT SESSION_USER, \
     event text NOT NULL, \
     detail jsonb NOT NULL)",
];

/// Whether it is the schema of the journal, by its id.
pub(super) fn is_schema(id: &Id) -> bool {
    id.is_schema() && id.name() == "plumb"
}

/// Whether it is one of them, by its id.
pub(super) fn is_own(id: &Id) -> bool {
    id.path.first().is_some_and(|schema| schema == "plumb")
        && OBJECTS.contains(&id.to_string().as_str())
}
