//! The blocks of PL/pgSQL that a plan contains: each looks something up and raises an exception, or renames an index
//! of which only the server knows the name. Told by their words, since a block runs as text.

use serde_json::{Map, Value};

use crate::sql::scan::{self, Token, TokenKind};
use crate::sql::tree::{fields, list, text};

/// Words that begin what a block of a plan never does.
const NEVER: &[&str] = &[
    "alter",
    "analyze",
    "call",
    "close",
    "cluster",
    "comment",
    "commit",
    "create",
    "deallocate",
    "delete",
    "discard",
    "do",
    "drop",
    "grant",
    "import",
    "insert",
    "listen",
    "load",
    "lock",
    "merge",
    "notify",
    "open",
    "perform",
    "prepare",
    "reassign",
    "refresh",
    "reindex",
    "reset",
    "return",
    "revoke",
    "rollback",
    "security",
    "set",
    "truncate",
    "update",
    "vacuum",
];

/// Words behind which a statement begins.
const STARTS: &[&str] = &["as", "begin", "else", "loop", "then"];

/// What stands before an opening bracket and is called, or looks so.
const CALLED: &[&str] = &[
    "as",
    "and",
    "coalesce",
    "count",
    "format",
    "from",
    "in",
    "lateral",
    "lower",
    "or",
    "select",
    "string_agg",
    "to_regclass",
    "unnest",
    "upper",
    "when",
];

/// The blocks that execute something, word by word; `'?'` is a literal, which names an object, and `'alter'` is one that
/// [`is_storage`] knows. Whatever stands behind `%s` prints itself quoted, since it is of type regclass.
const EXECUTING: &[&str] = &[
    "DECLARE copy regclass; BEGIN SELECT c.oid INTO STRICT copy FROM pg_catalog.pg_index i \
     JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_inherits h ON h.inhrelid = c.oid \
     JOIN pg_catalog.pg_class p ON p.oid = h.inhparent \
     WHERE i.indrelid = '?'::pg_catalog.regclass AND p.relname = '?'; \
     IF copy::oid <> COALESCE(pg_catalog.to_regclass('?')::oid, 0) THEN \
     EXECUTE pg_catalog.format('ALTER INDEX %s RENAME TO %I', copy, '?'); END IF; END",
    "DECLARE copy regclass; BEGIN SELECT c.oid INTO copy FROM pg_catalog.pg_index i \
     JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_inherits h ON h.inhrelid = c.oid \
     JOIN pg_catalog.pg_class p ON p.oid = h.inhparent \
     WHERE i.indrelid = '?'::pg_catalog.regclass AND p.relname = '?'; \
     IF copy::oid <> COALESCE(pg_catalog.to_regclass('?')::oid, 0) THEN \
     EXECUTE pg_catalog.format('ALTER INDEX %s RENAME TO %I', copy, '?'); END IF; END",
    "DECLARE copy name; BEGIN SELECT c.relname INTO STRICT copy FROM pg_catalog.pg_index i \
     JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_inherits h ON h.inhrelid = c.oid \
     WHERE i.indrelid = '?'::pg_catalog.regclass AND h.inhparent = '?'::pg_catalog.regclass; \
     EXECUTE pg_catalog.format('ALTER TABLE %s ADD CONSTRAINT %I PRIMARY KEY USING INDEX %I', \
     '?'::pg_catalog.regclass, '?', copy); END",
    "DECLARE copy name; BEGIN SELECT c.relname INTO STRICT copy FROM pg_catalog.pg_index i \
     JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_inherits h ON h.inhrelid = c.oid \
     WHERE i.indrelid = '?'::pg_catalog.regclass AND h.inhparent = '?'::pg_catalog.regclass; \
     EXECUTE pg_catalog.format('ALTER TABLE %s ADD CONSTRAINT %I UNIQUE USING INDEX %I', \
     '?'::pg_catalog.regclass, '?', copy); END",
    "DECLARE storage \"char\"; BEGIN SELECT t.typstorage INTO STRICT storage FROM pg_catalog.pg_attribute a \
     JOIN pg_catalog.pg_type t ON t.oid = a.atttypid \
     WHERE a.attrelid = '?'::pg_catalog.regclass AND a.attname = '?'; \
     EXECUTE 'alter' || CASE storage WHEN 'p' THEN 'PLAIN' WHEN 'm' THEN 'MAIN' WHEN 'e' THEN 'EXTERNAL' \
     ELSE 'EXTENDED' END; END",
];

/// Whether a block is one of [`EXECUTING`].
fn executes_known(body: &str, tokens: &[Token]) -> bool {
    let is = |template: &&&str| {
        let Ok(known) = scan::tokens(template) else { return false };
        known.len() == tokens.len()
            && known.iter().zip(tokens).all(|(known, token)| {
                let written = &body[token.start..token.end];
                match &template[known.start..known.end] {
                    "'?'" => token.kind == TokenKind::String,
                    "'alter'" => is_storage(written),
                    text => text == written,
                }
            })
    };
    EXECUTING.iter().any(|template| is(&template))
}

/// Checks that a block does nothing but what the blocks of a plan do.
pub(super) fn check(statement: &Map<String, Value>) -> Result<(), String> {
    let foreign = || "no plan contains a block that does this".to_owned();
    let [option] = list(statement, "args") else { return Err(foreign()) };
    let body = fields(option, "DefElem").and_then(|option| fields(option.get("arg")?, "String"));
    let body = body.map(|body| text(body, "sval")).ok_or_else(foreign)?;
    let tokens = scan::tokens(body).map_err(|error| error.to_string())?;
    let written = |token: &Token| &body[token.start..token.end];
    for (at, token) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| tokens.get(at));
        let part = before.is_some_and(|before| before.is("."));
        // A block may have a variable of that name.
        let first = before.is_none_or(|it| {
            it.is(";") || it.is("(") || STARTS.iter().any(|word| it.is_word(word))
        });
        let copies = first && token.is_word("copy");
        if copies || token.kind == TokenKind::Word && !part && NEVER.contains(&token.word.as_str())
        {
            return Err(format!("no plan contains a block with {}", token.word.to_uppercase()));
        }
        if token.is("(") {
            let plain = match before {
                Some(word) if word.kind == TokenKind::Word => CALLED.contains(&word.word.as_str()),
                Some(word) => word.kind != TokenKind::QuotedIdent,
                None => false,
            };
            if !plain {
                return Err(format!(
                    "no plan contains a block that calls {}",
                    before.map_or("", written)
                ));
            }
        }
        if token.is_word("execute") && !executes_known(body, &tokens) {
            return Err("no plan contains a block that executes this".to_owned());
        }
    }
    Ok(())
}

/// `'ALTER MATERIALIZED VIEW v ALTER COLUMN c SET STORAGE '`.
fn is_storage(literal: &str) -> bool {
    let Some(sql) = literal.strip_prefix('\'').and_then(|it| it.strip_suffix(" SET STORAGE '"))
    else {
        return false;
    };
    let Some(rest) = sql.strip_prefix("ALTER MATERIALIZED VIEW ") else { return false };
    let Ok(tokens) = scan::tokens(rest) else { return false };
    let plain = |token: &Token| {
        matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdent) || token.is(".")
    };
    tokens.iter().all(plain) && tokens.iter().any(|token| token.is_word("alter"))
}
