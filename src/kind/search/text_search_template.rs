//! Text search templates (`CREATE TEXT SEARCH TEMPLATE`, `pg_ts_template`): the functions behind
//! dictionaries. A template has no owner and cannot be altered.

use serde::{Deserialize, Serialize};

use crate::catalog::Catalog;
use crate::clause::{Shape, clause};
use crate::kind::def_list::gather;
use crate::kind::routines::functions::{self, Functions, Known};
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Inner, Lookup, Part, Sides};
use crate::source::Origin;
use crate::sql::own::{USER_SCHEMA, no_member};
use crate::sql::quote::qualified;
use crate::step::Step;

/// A text search template.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextSearchTemplate {
    /// Its functions.
    options: Functions<Keys>,
}

/// The options of CREATE TEXT SEARCH TEMPLATE.
#[derive(Clone, PartialEq, Debug)]
struct Keys;

impl Known for Keys {
    const WHAT: &'static str = "a text search template";
    const KEYS: &'static [&'static str] = &["init", "lexize"];
    const REQUIRED: &'static [&'static str] = &["lexize"];
}

impl Define for TextSearchTemplate {
    const ABOUT: About = About {
        clauses: &[clause("options", "", Shape::Parens)],
        catalog: 3764,
        extra_keys: Keys::KEYS,
        models: Some(("pg_ts_template", "true")),
        ..About::USUAL
    };

    fn query(_major: u32) -> String {
        let functions = functions::query(&[("init", "t.tmplinit"), ("lexize", "t.tmpllexize")]);
        format!(
            "SELECT t.oid AS _oid, n.nspname::text AS _1, t.tmplname::text AS _2, \
             {functions} AS options \
             FROM pg_ts_template t JOIN pg_namespace n ON n.oid = t.tmplnamespace \
             WHERE {USER_SCHEMA} AND {}",
            no_member("pg_ts_template", "t.oid")
        )
    }

    fn alter(&self, _old: &Self, _id: &Id, _cx: &Sides<'_>) -> Alter {
        let Self { options: _ } = self;
        Alter::Replace
    }

    fn expand(_id: &Id, parts: &mut Vec<Part>) -> Result<Vec<Inner>, (String, Origin)> {
        gather(Keys::KEYS, parts)
    }
}

impl Describe for TextSearchTemplate {
    fn address(&self, id: &Id) -> String {
        format!("TEXT SEARCH TEMPLATE {}", qualified(&id.path[0], &id.path[1]))
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        let sql = format!("CREATE {} ({})", self.address(id), self.options.sql());
        vec![Step::new(sql).authored()]
    }

    fn needs(&self, _id: &Id, catalog: &Catalog) -> Vec<Id> {
        self.options.needs(catalog)
    }

    fn resolve(&mut self, id: &Id, names: &Lookup<'_>) {
        let there = names.current.and_then(|current| current.attrs::<Self>(id));
        self.options.resolve(there.map(|there| &there.options), names);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn functions_stand_in_one_order() {
        let read = |options: &str| {
            serde_json::from_value::<TextSearchTemplate>(json!({ "options": options }))
        };
        assert_eq!(
            read("LEXIZE = dsimple_lexize, init = s.i").unwrap().options.sql(),
            "init = s.i, lexize = dsimple_lexize"
        );
        assert!(read("lexizer = f").is_err());
    }
}
