//! What follows EXCLUDE: the access method and elements with operators.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::kind::relation::index::MOVED_DEFAULT;
use crate::leaf::{Sql, split_commas};
use crate::sql::quote::ident;
use crate::sql::scan;

/// `using gist (room with =, during with &&)`.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Exclusion {
    /// The access method; btree if none is written.
    pub(crate) using: String,
    /// What is compared, and how.
    pub(crate) elements: Vec<Element>,
}

/// One element of an exclusion.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Element {
    /// As an element of an index.
    pub(crate) key: Sql,
    /// `=` or `OPERATOR(s.=)`.
    pub(crate) operator: String,
}

/// The text of exclusion `con`, whose index is `i` (`pg_constraint.conexclop`).
pub(super) fn catalog_text() -> String {
    format!(
        "(SELECT 'USING ' || quote_ident(am.amname) || ' (' || \
        string_agg(k.key || ' WITH ' || CASE WHEN opn.nspname = 'pg_catalog' THEN op.oprname::text \
          ELSE 'OPERATOR(' || quote_ident(opn.nspname) || '.' || op.oprname || ')' END, ', ' \
          ORDER BY k.ord) || ')' \
        FROM (SELECT u.ord, u.op, CASE WHEN u.num = 0 \
            THEN pg_get_indexdef(i.indexrelid, u.ord::int4, false) ELSE quote_ident(ta.attname) END || \
          CASE WHEN u.coll NOT IN (0, COALESCE(ta.attcollation, 100), COALESCE(ta.attcollation, ty.typcollation)) \
            THEN ' COLLATE ' || CASE WHEN cn.nspname = 'pg_catalog' THEN '' \
              ELSE quote_ident(cn.nspname) || '.' END || quote_ident(co.collname) ELSE '' END || \
          CASE WHEN NOT oc.opcdefault OR {MOVED_DEFAULT} THEN ' ' || CASE WHEN oq.nspname = 'pg_catalog' THEN '' \
              ELSE quote_ident(oq.nspname) || '.' END || quote_ident(oc.opcname) ELSE '' END AS key \
          FROM ROWS FROM (unnest(i.indkey::int2[]), unnest(i.indcollation::oid[]), \
            unnest(i.indclass::oid[]), unnest(con.conexclop)) WITH ORDINALITY \
            AS u(num, coll, class, op, ord) \
          JOIN pg_attribute ia ON ia.attrelid = i.indexrelid AND ia.attnum = u.ord \
          JOIN pg_type ty ON ty.oid = ia.atttypid \
          LEFT JOIN pg_attribute ta ON ta.attrelid = i.indrelid AND ta.attnum = u.num AND u.num <> 0 \
          JOIN pg_opclass oc ON oc.oid = u.class JOIN pg_namespace oq ON oq.oid = oc.opcnamespace \
          LEFT JOIN pg_collation co ON co.oid = u.coll LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace \
          WHERE u.ord <= i.indnkeyatts) k \
        JOIN pg_operator op ON op.oid = k.op JOIN pg_namespace opn ON opn.oid = op.oprnamespace \
        JOIN pg_class icl ON icl.oid = i.indexrelid JOIN pg_am am ON am.oid = icl.relam \
        GROUP BY am.amname)"
    )
}

impl Exclusion {
    fn read(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not `using METHOD (element with operator, ...)`");
        let tokens = scan::tokens(text).map_err(|error| error.to_string())?;
        let open = tokens.iter().position(|token| token.is("(")).ok_or_else(wrong)?;
        let using = match &tokens[..open] {
            [] => "btree".to_owned(),
            [using, method] if using.is_word("using") => method.word.clone(),
            _ => return Err(wrong()),
        };
        let close = tokens.last().filter(|token| token.is(")")).ok_or_else(wrong)?;
        let inside = &text[tokens[open].end..close.start];
        let elements = split_commas(inside).into_iter().map(|item| element(item).ok_or_else(wrong));
        Ok(Self { using, elements: elements.collect::<Result<_, _>>()? })
    }

    fn text(&self, key: impl Fn(&Sql) -> String) -> String {
        let elements: Vec<String> = self
            .elements
            .iter()
            .map(|element| format!("{} WITH {}", key(&element.key), element.operator))
            .collect();
        format!("USING {} ({})", ident(&self.using), elements.join(", "))
    }

    /// As it stands behind EXCLUDE.
    pub(super) fn sql(&self) -> String {
        self.text(ToString::to_string)
    }
}

/// `key with operator`, cut at the last WITH outside parentheses.
fn element(item: &str) -> Option<Element> {
    let tokens = scan::tokens(item).ok()?;
    let mut depth = 0_i32;
    let mut with = None;
    for (at, token) in tokens.iter().enumerate() {
        if token.is("(") {
            depth += 1;
        } else if token.is(")") {
            depth -= 1;
        } else if depth == 0 && token.is_word("with") {
            with = Some(at);
        }
    }
    let with = with.filter(|at| *at > 0 && at + 1 < tokens.len())?;
    let key = item[..tokens[with].start].trim();
    let operator = &item[tokens[with + 1].start..];
    Some(Element { key: Sql::new(key), operator: plain(operator.trim()) })
}

/// `operator(pg_catalog.=)` is `=`.
fn plain(operator: &str) -> String {
    let Some((word, inside)) = operator.split_once('(') else { return operator.to_owned() };
    if !word.trim().eq_ignore_ascii_case("operator") {
        return operator.to_owned();
    }
    let inside = inside.trim_end().trim_end_matches(')').trim();
    match inside.strip_prefix("pg_catalog.") {
        Some(own) => own.to_owned(),
        None => format!("OPERATOR({inside})"),
    }
}

impl Serialize for Exclusion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text(|key| key.text.clone()))
    }
}

impl<'de> Deserialize<'de> for Exclusion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}
