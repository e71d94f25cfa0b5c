//! Views (`CREATE VIEW`, `pg_get_viewdef`).
//!
//! A view that only gains columns at the end is replaced in place; whether it does, only a server
//! can say, and what it says is the view's hidden `shape`.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::clause::{Shape, clause};
use crate::grants;
use crate::kind::abilities::Unsaid;
use crate::kind::hint::Hint;
use crate::kind::{About, Alter, Attrs, Cx, Define, Describe, Id, Inner, Member, Part, Sides};
use crate::leaf::{List, Name, Parameters, Sql};
use crate::source::Origin;
use crate::sql::own::{USER_SCHEMA, no_member};
use crate::sql::quote::qualified;
use crate::sql::scan;
use crate::sql::tree::Class;
use crate::step::Step;

/// A view.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct View {
    /// The names of its columns; once made, they are part of the query.
    #[serde(default, skip_serializing)]
    columns: Hint<List<Name>>,
    /// Options, the check option among them (`pg_class.reloptions`).
    #[serde(default, skip_serializing_if = "Parameters::is_empty")]
    with: Parameters,
    /// What it shows.
    query: Sql,
    /// Name, type and collation of each column, as a server built it.
    #[serde(default, skip_serializing)]
    shape: Hint<Vec<String>>,
}

/// Name, type and collation of each column of relation `c`.
const SHAPE: &str = "(SELECT array_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod) \
    || ' ' || a.attcollation ORDER BY a.attnum) FROM pg_attribute a \
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)";

/// Gives a query with column names a text that no deparsed query has: a server must compare it.
pub(in crate::kind) fn name_columns(query: &mut Sql, columns: &List<Name>) {
    if !columns.is_empty() && query.author.is_none() {
        let named = format!("SELECT * FROM ({}\n) AS named ({})", query.text, columns.sql());
        query.take_over(&named);
    }
}

/// Cuts `word` sequences such as `with check option` off the end of a query.
pub(in crate::kind) fn cut_tail(query: &mut Part, words: &[&str]) -> bool {
    let Some(text) = query.text() else { return false };
    let Ok(tokens) = scan::tokens(text) else { return false };
    let end = tokens.iter().rposition(|token| !token.is(";")).map_or(0, |at| at + 1);
    let Some(start) = end.checked_sub(words.len()) else { return false };
    let fits = tokens[start..end].iter().zip(words).all(|(token, word)| token.is_word(word));
    if fits {
        let rest = text[..tokens[start].start].trim_end().to_owned();
        query.value = Json::String(rest);
    }
    fits
}

/// A bare option means true (`ALTER VIEW ... SET (security_barrier)`).
pub(in crate::kind) fn spell_out(with: &mut Parameters) {
    for value in with.0.values_mut().filter(|value| value.is_empty()) {
        "true".clone_into(value);
    }
}

impl View {
    fn statement(&self, id: &Id, create: &str) -> Step {
        let mut sql = format!("{create} {}", qualified(&id.path[0], &id.path[1]));
        if !self.columns.0.is_empty() {
            sql.push_str(&format!(" ({})", self.columns.0.sql()));
        }
        if !self.with.is_empty() {
            sql.push_str(&format!(" WITH ({})", self.with.sql()));
        }
        sql.push_str(&format!(" AS\n{}", self.query.written().trim_end_matches([';', ' ', '\n'])));
        Step::new(sql).authored()
    }

    /// Whether it reads as the role that uses it, and whether conditions of its user are checked after its own.
    pub(in crate::kind) fn security(&self) -> (bool, bool) {
        (self.with.is_on("security_invoker"), self.with.is_on("security_barrier"))
    }

    /// Whether CREATE OR REPLACE VIEW can make `self` of `old`: its columns stay, others follow.
    fn extends(&self, old: &Self) -> bool {
        let (old, new) = (&old.shape.0, &self.shape.0);
        !old.is_empty() && new.starts_with(old)
    }
}

impl Define for View {
    const ABOUT: About = About {
        clauses: &[
            clause("columns", "", Shape::Parens),
            clause("with", "with", Shape::Parens),
            clause("query", "as", Shape::Tail),
        ],
        catalog: 1259,
        models: Some(("pg_class", "t.relkind = 'v'")),
        rights: Some(&grants::TABLE),
        owned: true,
        large: true,
        ..About::USUAL
    };

    fn query(_major: u32) -> String {
        format!(
            "SELECT c.oid AS _oid, n.nspname::text AS _1, c.relname::text AS _2, \
             pg_get_userbyid(c.relowner)::text AS _owner, c.relacl::text AS _acl, \
             c.reloptions AS \"with\", rtrim(btrim(pg_get_viewdef(c.oid), E' \\n'), ';') AS query, \
             {SHAPE} AS shape \
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE c.relkind = 'v' AND {USER_SCHEMA} AND {}",
            no_member("pg_class", "c.oid")
        )
    }

    fn alter(&self, old: &Self, id: &Id, _cx: &Sides<'_>) -> Alter {
        let Self { columns: _, with, query, shape: _ } = self;
        if *query == old.query {
            let alter = format!("ALTER {}", self.address(id));
            let statements = with.alter(&old.with, &alter);
            return Alter::InPlace(statements.into_iter().map(Step::new).collect());
        }
        if self.extends(old) {
            return Alter::InPlace(vec![self.statement(id, "CREATE OR REPLACE VIEW")]);
        }
        Alter::Replace
    }

    fn expand(_id: &Id, parts: &mut Vec<Part>) -> Result<Vec<Inner>, (String, Origin)> {
        let Some(query) = parts.iter_mut().find(|part| part.key == "query") else {
            return Ok(Vec::new());
        };
        let mut option = None;
        for (kind, words) in [
            ("local", &["with", "local", "check", "option"][..]),
            ("cascaded", &["with", "cascaded", "check", "option"]),
            ("cascaded", &["with", "check", "option"]),
        ] {
            if option.is_none() && cut_tail(query, words) {
                option = Some(kind);
            }
        }
        let Some(option) = option else { return Ok(Vec::new()) };
        let origin = query.origin.clone();
        match parts.iter_mut().find(|part| part.key == "with") {
            None => parts.push(Part {
                key: "with".to_owned(),
                value: Json::String(format!("check_option = {option}")),
                origin,
            }),
            Some(Part { value: Json::String(text), .. }) => {
                let inner = text.trim().trim_start_matches('(').trim_end_matches(')');
                *text = format!("{inner}, check_option = {option}");
            }
            Some(Part { value: Json::Object(map), .. }) => {
                map.insert("check_option".to_owned(), Json::String(option.to_owned()));
            }
            Some(_) => {}
        }
        Ok(Vec::new())
    }
}

impl Describe for View {
    fn address(&self, id: &Id) -> String {
        format!("VIEW {}", qualified(&id.path[0], &id.path[1]))
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        vec![self.statement(id, "CREATE VIEW")]
    }

    fn without_choices(&mut self) {
        self.with.sort();
    }

    fn leaves(&mut self, visit: &mut dyn FnMut(&'static str, Class, &mut Sql)) {
        visit("query", Class::Query, &mut self.query);
    }

    fn resolve(&mut self, _id: &Id, _names: &crate::kind::Lookup<'_>) {
        spell_out(&mut self.with);
        name_columns(&mut self.query, &self.columns.0);
    }

    fn lacks(&self, major: u32) -> Option<(&'static str, u32)> {
        let used = self.with.0.contains_key("security_invoker");
        (used && major < 15).then_some(("security_invoker", 15))
    }

    fn occupies(&self, id: &Id) -> Vec<(&'static str, Vec<String>)> {
        // Its rows have a type of its name.
        vec![("relation", id.path.clone()), ("type", id.path.clone())]
    }
}

impl Unsaid for View {
    fn learn(&mut self, built: &Attrs) {
        let Some(built) = Self::downcast(built) else { return };
        self.shape = built.shape.clone();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::kind::Kind;

    fn view(query: &str, shape: &[&str]) -> View {
        let shape = shape.iter().map(|column| (*column).to_owned()).collect();
        View {
            columns: Hint::default(),
            with: Parameters::default(),
            query: Sql::new(query),
            shape: Hint(shape),
        }
    }

    #[test]
    fn a_view_that_gains_a_last_column_is_replaced_in_place() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let id = Id::new(Kind::View, ["s", "v"]);
        let old = view("SELECT 1 AS a", &["a integer 0"]);
        let new = view("SELECT 1 AS a, 2 AS b", &["a integer 0", "b integer 0"]);
        let Alter::InPlace(steps) = new.alter(&old, &id, &cx) else { panic!("in place") };
        assert_eq!(steps[0].sql, "CREATE OR REPLACE VIEW s.v AS\nSELECT 1 AS a, 2 AS b");
        assert_eq!(old.alter(&new, &id, &cx), Alter::Replace);
    }

    #[test]
    fn what_nobody_built_is_dropped_and_made_again() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let (old, new) = (view("SELECT 1 AS a", &["a integer 0"]), view("SELECT 2 AS a", &[]));
        assert_eq!(new.alter(&old, &Id::new(Kind::View, ["s", "v"]), &cx), Alter::Replace);
    }

    #[test]
    fn a_check_option_behind_the_query_is_an_option() {
        let origin = Origin { file: "".into(), start: 0, end: 0 };
        let query = "select 1 with local check option;";
        let mut parts = vec![Part { key: "query".to_owned(), value: Json::from(query), origin }];
        View::expand(&Id::new(Kind::View, ["s", "v"]), &mut parts).unwrap();
        assert_eq!(parts[0].text(), Some("select 1"));
        assert_eq!(parts[1].text(), Some("check_option = local"));
    }
}
