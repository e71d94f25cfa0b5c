//! Collations (`CREATE COLLATION`, `pg_collation`). The version of the library that was there when
//! it was made is not compared: it is nobody's decision.

mod definition;

use serde::{Deserialize, Serialize};

use definition::{Definition, KEYS};

use crate::clause::{Shape, clause};
use crate::kind::abilities::Swapped;
use crate::kind::def_list::gather;
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Inner, Kind, Lookup, Part, Sides};
use crate::leaf::{Qualified, Sql};
use crate::source::Origin;
use crate::sql::own::{USER_SCHEMA, no_member};
use crate::sql::quote::qualified;
use crate::sql::tree::Class;
use crate::step::Step;

/// A collation.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Collation {
    /// What sorts, and how.
    #[serde(default, skip_serializing_if = "Definition::is_empty")]
    options: Definition,
    /// The collation that it is a copy of; resolved into options.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<Qualified>,
}

impl Define for Collation {
    const ABOUT: About = About {
        clauses: &[clause("options", "", Shape::Parens), clause("from", "from", Shape::Word)],
        catalog: 3456,
        extra_keys: KEYS,
        models: Some(("pg_collation", "true")),
        owned: true,
        sets_aside: true,
        ..About::USUAL
    };

    fn query(major: u32) -> String {
        // The locale of ICU stood in collcollate, then in a column of its own, which 17 renamed.
        let locale = match major {
            ..=14 => "CASE WHEN c.collprovider = 'i' THEN c.collcollate::text END",
            15..=16 => "c.colliculocale::text",
            _ => "c.colllocale::text",
        };
        let rules = if major >= 16 { "c.collicurules" } else { "NULL::text" };
        format!(
            "SELECT c.oid AS _oid, n.nspname::text AS _1, c.collname::text AS _2, \
             pg_get_userbyid(c.collowner)::text AS _owner, json_strip_nulls(json_build_object(\
               'provider', CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' \
                 ELSE 'libc' END, \
               'locale', quote_literal({locale}), \
               'lc_collate', CASE WHEN c.collprovider = 'c' THEN quote_literal(c.collcollate) END, \
               'lc_ctype', CASE WHEN c.collprovider = 'c' THEN quote_literal(c.collctype) END, \
               'deterministic', c.collisdeterministic, 'rules', quote_literal({rules}))) AS options \
             FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace \
             WHERE c.collencoding IN (-1, (SELECT encoding FROM pg_database \
               WHERE datname = current_database())) AND {USER_SCHEMA} AND {}",
            no_member("pg_collation", "c.oid")
        )
    }

    fn alter(&self, _old: &Self, _id: &Id, _cx: &Sides<'_>) -> Alter {
        let Self { options: _, from: _ } = self;
        Alter::Replace
    }

    fn expand(_id: &Id, parts: &mut Vec<Part>) -> Result<Vec<Inner>, (String, Origin)> {
        gather(KEYS, parts)?;
        let from = parts.iter().find(|part| part.key == "from");
        match from.filter(|_| parts.iter().any(|part| part.key == "options")) {
            Some(from) => Err(("a copy has no options of its own".to_owned(), from.origin.clone())),
            None => Ok(Vec::new()),
        }
    }
}

impl Describe for Collation {
    fn address(&self, id: &Id) -> String {
        format!("COLLATION {}", qualified(&id.path[0], &id.path[1]))
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        let what = match &self.from {
            Some(from) => format!("FROM {}", from.sql()),
            None => format!("({})", self.options.sql()),
        };
        vec![Step::new(format!("CREATE {} {what}", self.address(id))).authored()]
    }

    fn leaves(&mut self, visit: &mut dyn FnMut(&'static str, Class, &mut Sql)) {
        // ICU writes a locale in its own way (`de@collation=phonebook` is `de-u-co-phonebk`).
        if let Some(locale) = &mut self.options.locale {
            visit("locale", Class::Expr, locale);
        }
    }

    fn resolve(&mut self, _id: &Id, names: &Lookup<'_>) {
        let Some(from) = &mut self.from else { return };
        names.named(&[Kind::Collation], from, None);
        let known = match &from.schema {
            Some(schema) => names
                .object(&Id::new(Kind::Collation, [schema, &from.name]))
                .and_then(|object| <Self as crate::kind::Member>::downcast(&object.attrs))
                .map(|other| other.options.clone()),
            None => Some(Definition::of_system(&from.name)),
        };
        if let Some(options) = known {
            *self = Self { options, from: None };
        }
    }

    fn lacks(&self, major: u32) -> Option<(&'static str, u32)> {
        if self.options.provider == "builtin" && major < 17 {
            return Some(("the builtin provider of a collation", 17));
        }
        (self.options.rules.is_some() && major < 16).then_some(("`rules` of a collation", 16))
    }
}

impl Swapped for Collation {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use serde_json::json;

    fn collation(options: &str) -> Collation {
        serde_json::from_value(json!({ "options": options })).unwrap()
    }

    #[test]
    fn a_copy_takes_over_what_is_known_of_the_other() {
        let empty = Catalog::default();
        let path = ["public".to_owned()];
        let names = Lookup { declared: &empty, current: None, path: &path };
        let mut copy: Collation = serde_json::from_value(json!({"from": "\"C\""})).unwrap();
        copy.resolve(&Id::new(Kind::Collation, ["public", "c"]), &names);
        assert_eq!(copy, collation("locale = 'C'"));
    }

    #[test]
    fn what_only_later_versions_have_is_known() {
        assert_eq!(collation("locale = 'C'").lacks(14), None);
        let builtin = collation("provider = builtin, locale = 'C.UTF-8'");
        assert_eq!(builtin.lacks(16).map(|(_, major)| major), Some(17));
        let rules = collation("provider = icu, locale = 'de', rules = '&V << w'");
        assert_eq!(rules.lacks(15).map(|(_, major)| major), Some(16));
    }
}
