//! Materialized views (`CREATE MATERIALIZED VIEW`). What they hold can always be computed again.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::clause::{Shape, clause};
use crate::grants;
use crate::hazard::Hazard;
use crate::kind::abilities::Stubbed;
use crate::kind::hint::Hint;
use crate::kind::relation::table;
use crate::kind::relation::view::{cut_tail, name_columns, spell_out};
use crate::kind::{About, Alter, Attrs, Cx, Define, Describe, Id, Inner, Member, Part, Sides};
use crate::leaf::{List, Name, Parameters, Sql};
use crate::source::Origin;
use crate::sql::own::{USER_SCHEMA, no_member};
use crate::sql::quote::{ident, qualified};
use crate::sql::tree::Class;
use crate::step::Step;

/// A materialized view.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaterializedView {
    /// The names of its columns; once made, they are part of the query.
    #[serde(default, skip_serializing)]
    columns: Hint<List<Name>>,
    /// The table access method, if it is not heap (`pg_class.relam`).
    #[serde(default, with = "crate::leaf::bare::option", skip_serializing_if = "Option::is_none")]
    using: Option<String>,
    /// Storage parameters.
    #[serde(default, skip_serializing_if = "Parameters::is_empty")]
    with: Parameters,
    /// The tablespace, if it is not the database's.
    #[serde(default, with = "crate::leaf::bare::option", skip_serializing_if = "Option::is_none")]
    tablespace: Option<String>,
    /// What it shows.
    query: Sql,
    /// Whether it is made empty, to be filled by REFRESH (`pg_class.relispopulated`).
    #[serde(default, skip_serializing_if = "Hint::is_default")]
    with_no_data: Hint<bool>,
}

impl Define for MaterializedView {
    const ABOUT: About = About {
        clauses: &[
            clause("columns", "", Shape::Parens),
            clause("using", "using", Shape::Word),
            clause("with", "with", Shape::Parens),
            clause("tablespace", "tablespace", Shape::Word),
            clause("query", "as", Shape::Tail),
        ],
        catalog: 1259,
        models: Some(("pg_class", "t.relkind = 'm'")),
        rights: Some(&grants::TABLE),
        owned: true,
        large: true,
        extra_keys: &["with_no_data"],
        ..About::USUAL
    };

    fn query(_major: u32) -> String {
        format!(
            "SELECT c.oid AS _oid, n.nspname::text AS _1, c.relname::text AS _2, \
             pg_get_userbyid(c.relowner)::text AS _owner, c.relacl::text AS _acl, \
             quote_ident(NULLIF(m.amname, 'heap')) AS \"using\", {options} AS \"with\", \
             quote_ident(s.spcname) AS tablespace, \
             rtrim(btrim(pg_get_viewdef(c.oid), E' \\n'), ';') AS query, \
             NOT c.relispopulated AS with_no_data \
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             LEFT JOIN pg_am m ON m.oid = c.relam \
             LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace \
             LEFT JOIN pg_class tc ON tc.oid = c.reltoastrelid \
             WHERE c.relkind = 'm' AND {USER_SCHEMA} AND {member}",
            options = table::OPTIONS,
            member = no_member("pg_class", "c.oid")
        )
    }

    fn alter(&self, old: &Self, id: &Id, cx: &Sides<'_>) -> Alter {
        let Self { columns: _, using, with, tablespace, query, with_no_data: _ } = self;
        if *query != old.query || (*using != old.using && cx.major() < 15) {
            return Alter::Replace;
        }
        let alter = format!("ALTER {}", self.address(id));
        let mut steps: Vec<Step> =
            with.alter(&old.with, &alter).into_iter().map(Step::new).collect();
        if *using != old.using {
            let method = ident(using.as_deref().unwrap_or("heap"));
            steps.push(
                Step::new(format!("{alter} SET ACCESS METHOD {method}"))
                    .rewrites("materialized view"),
            );
        }
        if *tablespace != old.tablespace {
            let space = ident(tablespace.as_deref().unwrap_or("pg_default"));
            steps.push(
                Step::new(format!("{alter} SET TABLESPACE {space}"))
                    .hazard(Hazard::RewriteTable, "the materialized view is copied under a lock"),
            );
        }
        Alter::InPlace(steps)
    }

    fn expand(_id: &Id, parts: &mut Vec<Part>) -> Result<Vec<Inner>, (String, Origin)> {
        let Some(query) = parts.iter_mut().find(|part| part.key == "query") else {
            return Ok(Vec::new());
        };
        if cut_tail(query, &["with", "no", "data"]) {
            let origin = query.origin.clone();
            parts.push(Part { key: "with_no_data".to_owned(), value: Json::Bool(true), origin });
        } else {
            cut_tail(query, &["with", "data"]);
        }
        Ok(Vec::new())
    }
}

impl Describe for MaterializedView {
    fn address(&self, id: &Id) -> String {
        format!("MATERIALIZED VIEW {}", qualified(&id.path[0], &id.path[1]))
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        let mut sql = format!("CREATE {}", self.address(id));
        if !self.columns.0.is_empty() {
            sql.push_str(&format!(" ({})", self.columns.0.sql()));
        }
        if let Some(using) = &self.using {
            sql.push_str(&format!(" USING {}", ident(using)));
        }
        if !self.with.is_empty() {
            sql.push_str(&format!(" WITH ({})", self.with.sql()));
        }
        if let Some(tablespace) = &self.tablespace {
            sql.push_str(&format!(" TABLESPACE {}", ident(tablespace)));
        }
        sql.push_str(&format!(" AS\n{}", self.query.written().trim_end_matches([';', ' ', '\n'])));
        if self.with_no_data.0 {
            sql.push_str("\nWITH NO DATA");
        }
        vec![Step::new(sql).authored()]
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
        self.using.take_if(|method| method == "heap");
        self.tablespace.take_if(|space| space == "pg_default");
    }

    fn occupies(&self, id: &Id) -> Vec<(&'static str, Vec<String>)> {
        // Its rows have a type of its name.
        vec![("relation", id.path.clone()), ("type", id.path.clone())]
    }
}

impl Stubbed for MaterializedView {
    fn stub(&mut self, bodies: bool) {
        self.with_no_data.0 |= !bodies;
    }

    fn unstub(&mut self, whole: &Attrs) {
        let Some(whole) = Self::downcast(whole) else { return };
        self.with_no_data = whole.with_no_data.clone();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::kind::Kind;

    #[test]
    fn an_empty_one_is_made_empty() {
        let origin = Origin { file: "".into(), start: 0, end: 0 };
        let id = Id::new(Kind::MaterializedView, ["s", "m"]);
        let value = Json::from("select 1 as a with no data");
        let mut parts = vec![Part { key: "query".to_owned(), value, origin }];
        MaterializedView::expand(&id, &mut parts).unwrap();
        let map = parts.into_iter().map(|part| (part.key, part.value)).collect();
        let view: MaterializedView = serde_json::from_value(Json::Object(map)).unwrap();
        let empty = Catalog::default();
        let steps = view.create(&id, &Cx::undecided(&empty, &empty), &[]);
        assert_eq!(steps[0].sql, "CREATE MATERIALIZED VIEW s.m AS\nselect 1 as a\nWITH NO DATA");
    }
}
