//! Where the placeholders of secrets may stand in a statement: in the password of a role, in the connection string of a
//! subscription, and in the options of wrappers, servers, user mappings and foreign tables. Elsewhere, in a comment say,
//! their values would be for everyone to read.

use serde_json::Value;

use super::PlannedStep;
use crate::secret;
use crate::sql::tree::{self, Class, node};

/// The statements that have secrets among their options, and the only option that is one, where there is only one.
const WITH_SECRETS: [(&str, Option<&str>); 12] = [
    ("AlterFdwStmt", None),
    ("AlterForeignServerStmt", None),
    ("AlterRoleStmt", Some("password")),
    ("AlterSubscriptionStmt", Some("")),
    ("AlterTableStmt", None),
    ("AlterUserMappingStmt", None),
    ("CreateFdwStmt", None),
    ("CreateForeignServerStmt", None),
    ("CreateForeignTableStmt", None),
    ("CreateRoleStmt", Some("password")),
    ("CreateSubscriptionStmt", Some("")),
    ("CreateUserMappingStmt", None),
];

/// Why the variables of a step would be written where they do not belong, if so.
pub(crate) fn misplaced(step: &PlannedStep) -> Option<String> {
    if step.secrets.is_empty() {
        return None;
    }
    let Ok(parsed) = tree::parse(Class::Statements, &step.sql) else {
        return Some("it takes variables, and cannot be read".to_owned());
    };
    let statements = parsed.as_array().map_or(std::slice::from_ref(&*parsed), Vec::as_slice);
    let placed = |statement: &Value| {
        let Some((kind, fields)) = node(statement) else { return 0 };
        let known = WITH_SECRETS.iter().find(|(statement, _)| *statement == kind);
        let Some((_, only)) = known else { return 0 };
        fields.iter().map(|(key, value)| in_secrets(value, *only, key == "conninfo")).sum()
    };
    let all = secret::opened(&step.sql);
    (statements.iter().map(placed).sum::<usize>() != all)
        .then(|| "it would write a variable where no secret stands".to_owned())
}

/// How many placeholders stand in the connection string, or in options: all of them, or the `only` one.
fn in_secrets(value: &Value, only: Option<&str>, secret: bool) -> usize {
    match value {
        Value::String(text) if secret => secret::opened(text),
        Value::Array(items) => items.iter().map(|item| in_secrets(item, only, secret)).sum(),
        Value::Object(fields) => {
            let name = tree::fields(value, "DefElem").map(|option| tree::text(option, "defname"));
            let option = name.is_some_and(|name| only.is_none_or(|only| only == name));
            let secret = secret || option;
            fields.values().map(|value| in_secrets(value, only, secret)).sum()
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_misplaced(sql: &str) -> bool {
        let secrets = std::iter::once("PW".to_owned()).collect();
        misplaced(&PlannedStep { sql: sql.to_owned(), secrets, ..PlannedStep::default() }).is_some()
    }

    #[test]
    fn a_variable_is_written_only_where_a_secret_stands() {
        for fine in [
            "ALTER ROLE r PASSWORD '${env:PW}'",
            "CREATE ROLE r LOGIN PASSWORD '${env:PW}'",
            "CREATE USER MAPPING FOR r SERVER s OPTIONS (user 'u', password '${env:PW}')",
            "CREATE SUBSCRIPTION s CONNECTION 'host=h password=''${env:PW}''' PUBLICATION p",
            "ALTER SUBSCRIPTION s CONNECTION 'password=${env:PW}'",
            "ALTER FOREIGN TABLE t OPTIONS (SET token '${env:PW}')",
        ] {
            assert!(!is_misplaced(fine), "{fine}");
        }
        for wrong in [
            "COMMENT ON TABLE t IS '${env:PW}'",
            "ALTER TABLE t ALTER COLUMN a SET DEFAULT '${env:PW}'",
            "ALTER ROLE r VALID UNTIL '${env:PW}'",
            "ALTER ROLE r SET x = '${env:PW}'",
            "CREATE SUBSCRIPTION s CONNECTION 'h' PUBLICATION p WITH (slot_name = '${env:PW}')",
            "ALTER ROLE r PASSWORD 'x'; COMMENT ON ROLE r IS '${env:PW}'",
            "ALTER ROLE r PASSWORD 'x' /* ${env:PW} */",
            "ALTER ROLE \"${env:PW}\" PASSWORD 'x'",
        ] {
            assert!(is_misplaced(wrong), "{wrong}");
        }
    }
}
