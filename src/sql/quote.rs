//! Writes identifiers and literals as PostgreSQL would, and reads qualified names.
//!
//! It does not know which names exist, and it does not truncate: a name over 63 bytes is the
//! business of whoever declares it.

use std::fmt::Write as _;

/// The reasons for which a written name cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// A part between two dots, or the whole name, is empty.
    #[error("name `{0}` has an empty part; write `schema.name` or quote the part")]
    Empty(String),
    /// A double quote is opened and never closed, or text follows the closing one.
    #[error("name `{0}` has unbalanced double quotes; double a quote that belongs to the name")]
    Quotes(String),
    /// A part that is not quoted holds a character that SQL does not allow there.
    #[error("name `{0}` holds `{1}`; put double quotes around the part that has it")]
    Character(String, char),
}

/// Every keyword of PostgreSQL 18 that is not UNRESERVED (`kwlist.h`), sorted.
///
/// `quote_identifier` (ruleutils.c) quotes exactly these, whatever the position.
#[rustfmt::skip]
const KEYWORDS: [&str; 164] = [
    "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric",
    "authorization", "between", "bigint", "binary", "bit", "boolean", "both", "case", "cast",
    "char", "character", "check", "coalesce", "collate", "collation", "column", "concurrently",
    "constraint", "create", "cross", "current_catalog", "current_date", "current_role",
    "current_schema", "current_time", "current_timestamp", "current_user", "dec", "decimal",
    "default", "deferrable", "desc", "distinct", "do", "else", "end", "except", "exists",
    "extract", "false", "fetch", "float", "for", "foreign", "freeze", "from", "full", "grant",
    "greatest", "group", "grouping", "having", "ilike", "in", "initially", "inner", "inout",
    "int", "integer", "intersect", "interval", "into", "is", "isnull", "join", "json",
    "json_array", "json_arrayagg", "json_exists", "json_object", "json_objectagg", "json_query",
    "json_scalar", "json_serialize", "json_table", "json_value", "lateral", "leading", "least",
    "left", "like", "limit", "localtime", "localtimestamp", "merge_action", "national",
    "natural", "nchar", "none", "normalize", "not", "notnull", "null", "nullif", "numeric",
    "offset", "on", "only", "or", "order", "out", "outer", "overlaps", "overlay", "placing",
    "position", "precision", "primary", "real", "references", "returning", "right", "row",
    "select", "session_user", "setof", "similar", "smallint", "some", "substring", "symmetric",
    "system_user", "table", "tablesample", "then", "time", "timestamp", "to", "trailing",
    "treat", "trim", "true", "union", "unique", "user", "using", "values", "varchar",
    "variadic", "verbose", "when", "where", "window", "with", "xmlattributes", "xmlconcat",
    "xmlelement", "xmlexists", "xmlforest", "xmlnamespaces", "xmlparse", "xmlpi", "xmlroot",
    "xmlserialize", "xmltable",
];

/// Returns the name as it must be written in SQL, with double quotes only where they are needed.
///
/// The rule is that of `quote_identifier`: a name stays bare if it starts with a lower-case
/// ASCII letter or an underscore, goes on with those and digits, and is no keyword that is
/// reserved in any position.
#[must_use]
pub fn ident(name: &str) -> String {
    if is_bare(name) { name.to_owned() } else { quoted(name) }
}

/// Returns `schema.name`, each part quoted where needed.
#[must_use]
pub fn qualified(schema: &str, name: &str) -> String {
    let mut out = ident(schema);
    out.push('.');
    out.push_str(&ident(name));
    out
}

/// Returns the text as an SQL string literal that means the same under either setting of
/// `standard_conforming_strings`, as `quote_literal` does.
#[must_use]
pub fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 3);
    if text.contains('\\') {
        out.push('E');
    }
    out.push('\'');
    for c in text.chars() {
        if c == '\'' || c == '\\' {
            out.push(c);
        }
        out.push(c);
    }
    out.push('\'');
    out
}

/// Returns the body between dollar quotes whose tag does not occur in it.
///
/// The tag is empty if that is free, then `body`, then `body1`, `body2` and so on. A body that
/// ends in `$` never gets the empty tag, for `$$$` would end too early.
#[must_use]
pub fn dollar(body: &str) -> String {
    let mut tag = String::from("$$");
    let mut attempt = 0;
    // The first place where the tag stands must be the end of the body.
    while format!("{body}{tag}").find(&tag) != Some(body.len()) {
        tag.clear();
        tag.push_str("$body");
        if attempt > 0 {
            let _ = write!(tag, "{attempt}");
        }
        tag.push('$');
        attempt += 1;
    }
    format!("{tag}{body}{tag}")
}

/// Splits a name as SQL reads it: parts at dots, bare parts folded to lower case, quotes undone.
///
/// # Errors
///
/// Fails if a part is empty, a quote is not closed, or a bare part holds a character that only a
/// quoted one may hold.
pub fn split_qualified(text: &str) -> Result<Vec<String>, NameError> {
    split(text.trim(), |part, whole| {
        let part = part.trim();
        let mut chars = part.chars();
        let first = chars.next().ok_or_else(|| NameError::Empty(whole.to_owned()))?;
        if !starts_identifier(first) {
            return Err(NameError::Character(whole.to_owned(), first));
        }
        if let Some(bad) = chars.find(|&c| !continues_identifier(c)) {
            return Err(NameError::Character(whole.to_owned(), bad));
        }
        Ok(part.to_ascii_lowercase())
    })
}

/// Splits a key of the declaration at the dots outside double quotes; nothing is folded.
///
/// # Errors
///
/// Fails if a part is empty or a quote is not closed.
pub fn split_key(text: &str) -> Result<Vec<String>, NameError> {
    split(text, |part, whole| {
        if part.is_empty() {
            return Err(NameError::Empty(whole.to_owned()));
        }
        if part.contains('"') {
            return Err(NameError::Quotes(whole.to_owned()));
        }
        Ok(part.to_owned())
    })
}

fn split(
    text: &str,
    bare: impl Fn(&str, &str) -> Result<String, NameError>,
) -> Result<Vec<String>, NameError> {
    let mut parts = Vec::new();
    let mut rest = text;
    loop {
        if let Some(opened) = rest.trim_start().strip_prefix('"') {
            let (part, after) =
                unquote(opened).ok_or_else(|| NameError::Quotes(text.to_owned()))?;
            if part.is_empty() {
                return Err(NameError::Empty(text.to_owned()));
            }
            parts.push(part);
            let after = after.trim_start();
            if after.is_empty() {
                return Ok(parts);
            }
            rest = after.strip_prefix('.').ok_or_else(|| NameError::Quotes(text.to_owned()))?;
        } else if let Some((part, after)) = rest.split_once('.') {
            parts.push(bare(part, text)?);
            rest = after;
        } else {
            parts.push(bare(rest, text)?);
            return Ok(parts);
        }
    }
}

/// Reads up to the closing quote; returns the name and what follows the quote.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut rest = text;
    loop {
        let (before, after) = rest.split_once('"')?;
        name.push_str(before);
        match after.strip_prefix('"') {
            Some(more) => {
                name.push('"');
                rest = more;
            }
            None => return Some((name, after)),
        }
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn is_bare(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_lowercase() || b == b'_')
        && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        && KEYWORDS.binary_search(&name).is_err()
}

/// `ident_start` of scan.l: a letter, an underscore, or anything beyond ASCII.
pub(crate) fn starts_identifier(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || !c.is_ascii()
}

/// `ident_cont` of scan.l.
pub(crate) fn continues_identifier(c: char) -> bool {
    starts_identifier(c) || c.is_ascii_digit() || c == '$'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keywords_are_sorted_so_that_the_search_finds_each() {
        assert!(KEYWORDS.is_sorted());
    }

    #[test]
    fn a_name_is_quoted_only_when_postgresql_would_quote_it() {
        for bare in ["client", "_x", "a1", "name", "value", "type", "date", "text", "index"] {
            assert_eq!(ident(bare), bare);
        }
        for (name, written) in [
            ("user", "\"user\""),
            ("timestamp", "\"timestamp\""),
            ("left", "\"left\""),
            ("fullName", "\"fullName\""),
            ("a$b", "\"a$b\""),
            ("1st", "\"1st\""),
            ("é", "\"é\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("", "\"\""),
        ] {
            assert_eq!(ident(name), written);
        }
        assert_eq!(qualified("public", "Order"), "public.\"Order\"");
    }

    #[test]
    fn a_literal_survives_quotes_and_backslashes() {
        assert_eq!(literal("plain"), "'plain'");
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(literal("a\\b"), "E'a\\\\b'");
        assert_eq!(literal(""), "''");
    }

    #[test]
    fn a_dollar_tag_is_never_ended_by_the_body() {
        assert_eq!(dollar("select 1"), "$$select 1$$");
        assert_eq!(dollar("select '$$'"), "$body$select '$$'$body$");
        assert_eq!(dollar("costs 5$"), "$body$costs 5$$body$");
        assert_eq!(dollar("$$ $body$"), "$body1$$$ $body$$body1$");
        for body in ["$", "$$", "$body", "x$body", "$$ $body", "$body$ $$ $body1", "$$$body$$"] {
            let text = format!("select {}", dollar(body));
            let parsed = pg_query::parse(&text, 0).expect(&text);
            let value = serde_json::to_value(&parsed.protobuf).expect("a tree is a value");
            assert!(
                value.to_string().contains(&serde_json::to_string(body).expect("text")),
                "{text}"
            );
        }
    }

    #[test]
    fn a_qualified_name_is_read_as_sql_reads_it() {
        let parts = |text| split_qualified(text).map(|p| p.join("|"));
        assert_eq!(parts("Public.Client"), Ok("public|client".into()));
        assert_eq!(parts("public . \"a.b\""), Ok("public|a.b".into()));
        assert_eq!(parts("\"say \"\"hi\"\"\".x"), Ok("say \"hi\"|x".into()));
        assert!(matches!(parts("a..b"), Err(NameError::Empty(_))));
        assert!(matches!(parts("a."), Err(NameError::Empty(_))));
        assert!(matches!(parts("\"a"), Err(NameError::Quotes(_))));
        assert!(matches!(parts("\"a\"b"), Err(NameError::Quotes(_))));
        assert!(matches!(parts("a-b"), Err(NameError::Character(_, '-'))));
        assert!(matches!(parts("1a"), Err(NameError::Character(_, '1'))));
    }

    #[test]
    fn a_key_is_split_at_dots_outside_quotes_and_never_folded() {
        let parts = |text| split_key(text).map(|p| p.join("|"));
        assert_eq!(parts("Client"), Ok("Client".into()));
        assert_eq!(parts("billing.Invoice"), Ok("billing|Invoice".into()));
        assert_eq!(parts("\"odd.name\""), Ok("odd.name".into()));
        assert_eq!(parts("billing.\"a.b\""), Ok("billing|a.b".into()));
        assert_eq!(parts("with space"), Ok("with space".into()));
        assert!(parts("a\"b").is_err());
        assert!(parts("").is_err());
        assert!(parts(".a").is_err());
    }
}
