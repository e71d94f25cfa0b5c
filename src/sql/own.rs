//! Conditions of catalog queries: which objects belong to the server or to an extension.

/// Leaves out the server's own schemas and those of sessions.
pub(crate) const USER_SCHEMA: &str = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";

/// A condition that leaves out members of extensions (`pg_depend.deptype = 'e'`).
pub(crate) fn no_member(class: &str, oid: &str) -> String {
    // By the index on what is referred to: members are few, and found once for the whole query.
    format!(
        "{oid} NOT IN (SELECT e.objid FROM pg_depend e WHERE e.refclassid = 'pg_extension'::regclass \
         AND e.classid = '{class}'::regclass AND e.deptype = 'e')"
    )
}
