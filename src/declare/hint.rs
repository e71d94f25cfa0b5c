//! The right key for keys that users of SQL or of other tools try first.

/// Keys inside an object: what is written, and what was meant.
const ALIASES: &[(&str, &str)] = &[
    ("rls", "row_level_security"),
    ("row_security", "row_level_security"),
    ("enable_rls", "row_level_security"),
    ("enable_row_level_security", "row_level_security"),
    ("force_rls", "force_row_level_security"),
    ("as", "query"),
    ("select", "query"),
    ("definition", "query"),
    ("definition", "body"),
    ("as", "body"),
    ("check", "constraint"),
    ("checks", "constraint"),
    ("primary_key", "constraint"),
    ("unique", "constraint"),
    ("foreign_key", "constraint"),
    ("mixin", "use"),
    ("mixins", "use"),
    ("privileges", "grant"),
    ("permissions", "grant"),
    ("description", "comment"),
];

/// The key of `known` that a key stands for.
pub(super) fn meant<'a>(written: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let written = written.to_lowercase().replace('-', "_");
    let meant: Vec<&str> =
        ALIASES.iter().filter(|(alias, _)| *alias == written).map(|(_, meant)| *meant).collect();
    known.into_iter().find(|name| meant.contains(name))
}

/// What to do about a key at the top of a file that belongs into an object.
pub(super) fn at_top(key: &str) -> Option<&'static str> {
    Some(match key {
        "grant" | "grants" | "revoke" => {
            "privileges stand in the object: [table.NAME] grant = { ROLE = \"select\" }"
        }
        "check" | "checks" | "constraint" | "constraints" | "primary_key" | "foreign_key" => {
            "constraints stand in the table: [table.NAME.constraint] NAME = \"check (...)\""
        }
        "rls" | "row_level_security" | "row_security" | "enable_row_level_security" => {
            "it is a key of the table: [table.NAME] row_level_security = true"
        }
        "policy" | "policies" => "policies stand in the table: [table.NAME.policy]",
        "column" | "columns" => "columns stand in the table: [table.NAME.column]",
        "index" | "indexes" | "indices" => "indexes stand in the table: [table.NAME.index]",
        "trigger" | "triggers" => "triggers stand in the table: [table.NAME.trigger]",
        "mixins" => {
            "a mixin is declared with [mixin.NAME], and a table has it with use = [\"NAME\"]"
        }
        "use" => "mixins are used in the table: [table.NAME] use = [\"MIXIN\"]",
        "select" | "query" => "a query is a view: [view] NAME = \"as select ...\"",
        "comment" | "comments" => "comments stand in the object: [table.NAME] comment = \"...\"",
        "owner" => "an owner stands in the object, or once in [manage] owner",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_sql_leads_to_ours() {
        let table = || ["column", "constraint", "row_level_security", "use"].into_iter();
        assert_eq!(meant("rls", table()), Some("row_level_security"));
        assert_eq!(meant("enable-row-level-security", table()), Some("row_level_security"));
        assert_eq!(meant("check", table()), Some("constraint"));
        assert_eq!(meant("mixins", table()), Some("use"));
        assert_eq!(meant("as", table()), None);
        assert_eq!(meant("as", ["columns", "query"].into_iter()), Some("query"));
    }
}
