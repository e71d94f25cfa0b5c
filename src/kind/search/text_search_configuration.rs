//! Text search configurations (`CREATE TEXT SEARCH CONFIGURATION`, `pg_ts_config`): a parser, and
//! for each sort of token the dictionaries that are asked (`pg_ts_config_map`).

mod mapping;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use mapping::Mapping;

use crate::clause::{Shape, clause};
use crate::hazard::Hazard;
use crate::kind::def_list::{Options, system};
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Inner, Kind, Lookup, Part, Sides};
use crate::leaf::Qualified;
use crate::source::Origin;
use crate::sql::own::{USER_SCHEMA, no_member};
use crate::sql::quote::qualified;
use crate::step::Step;

/// A text search configuration.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextSearchConfiguration {
    /// What cuts a text into tokens (`cfgparser`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parser: Option<Qualified>,
    /// The configuration that it is a copy of, but for what is said; resolved into the rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    copy: Option<Qualified>,
    /// The dictionaries of each sort of token.
    #[serde(default, skip_serializing_if = "Mapping::is_empty")]
    mapping: Mapping,
}

impl TextSearchConfiguration {
    /// What a copy starts from, if that is known.
    fn copied(of: &Qualified, names: &Lookup<'_>) -> Option<Self> {
        let Some(schema) = &of.schema else { return Mapping::of_system(&of.name).map(Self::plain) };
        let id = Id::new(Kind::TextSearchConfiguration, [schema, &of.name]);
        let other = <Self as crate::kind::Member>::downcast(&names.object(&id)?.attrs)?;
        match &other.copy {
            Some(next) if next != of => {
                let mut start = Self::copied(next, names)?;
                start.mapping.overlay(&other.mapping);
                Some(start)
            }
            Some(_) => None,
            None => Some(other.clone()),
        }
    }

    fn plain(mapping: Mapping) -> Self {
        Self {
            parser: Some(Qualified { schema: None, name: "default".to_owned() }),
            copy: None,
            mapping,
        }
    }
}

impl Define for TextSearchConfiguration {
    const ABOUT: About = About {
        clauses: &[clause("options", "", Shape::Parens)],
        catalog: 3602,
        extra_keys: &["parser", "copy", "mapping"],
        models: Some(("pg_ts_config", "true")),
        owned: true,
        long_form: true,
        ..About::USUAL
    };

    fn query(_major: u32) -> String {
        let name = |schema: &str, name: &str| {
            format!(
                "CASE WHEN {schema}.nspname <> 'pg_catalog' \
                 THEN quote_ident({schema}.nspname) || '.' ELSE '' END || quote_ident({name})"
            )
        };
        format!(
            "SELECT c.oid AS _oid, n.nspname::text AS _1, c.cfgname::text AS _2, \
             pg_get_userbyid(c.cfgowner)::text AS _owner, {parser} AS parser, \
             (SELECT json_object_agg(k.alias, m.dictionaries) FROM (SELECT x.maptokentype, \
                 string_agg({dictionary}, ', ' ORDER BY x.mapseqno) AS dictionaries \
               FROM pg_ts_config_map x JOIN pg_ts_dict d ON d.oid = x.mapdict \
               JOIN pg_namespace dn ON dn.oid = d.dictnamespace \
               WHERE x.mapcfg = c.oid GROUP BY x.maptokentype) m \
               JOIN ts_token_type(c.cfgparser) k ON k.tokid = m.maptokentype) AS mapping \
             FROM pg_ts_config c JOIN pg_namespace n ON n.oid = c.cfgnamespace \
             JOIN pg_ts_parser p ON p.oid = c.cfgparser \
             JOIN pg_namespace pn ON pn.oid = p.prsnamespace WHERE {USER_SCHEMA} AND {}",
            no_member("pg_ts_config", "c.oid"),
            parser = name("pn", "p.prsname"),
            dictionary = name("dn", "d.dictname"),
        )
    }

    fn alter(&self, old: &Self, id: &Id, _cx: &Sides<'_>) -> Alter {
        let Self { parser, copy, mapping } = self;
        if *parser != old.parser || *copy != old.copy {
            return Alter::Replace;
        }
        let steps = mapping.steps(&old.mapping, &self.address(id)).into_iter();
        let message = "what is stored or indexed was made by the mapping as it was: write it anew";
        Alter::InPlace(steps.map(|step| step.hazard(Hazard::StaleTextSearch, message)).collect())
    }

    /// The options in parentheses are the same keys.
    fn expand(_id: &Id, parts: &mut Vec<Part>) -> Result<Vec<Inner>, (String, Origin)> {
        if let Some(at) = parts.iter().position(|part| part.key == "options") {
            let Part { value, origin, .. } = parts.remove(at);
            let read = Options::read(value.as_str().unwrap_or_default());
            let read = read.and_then(|mut options| {
                let found = [("parser", options.take("parser")), ("copy", options.take("copy"))];
                options.finish("a text search configuration", &["parser", "copy"])?;
                Ok(found)
            });
            for (key, value) in read.map_err(|error| (error, origin.clone()))? {
                let Some(value) = value else { continue };
                if parts.iter().any(|part| part.key == key) {
                    return Err((format!("`{key}` is said twice"), origin));
                }
                let (key, value) = (key.to_owned(), Json::String(value));
                parts.push(Part { key, value, origin: origin.clone() });
            }
        }
        let said = |key: &str| parts.iter().find(|part| part.key == key);
        match (said("parser"), said("copy")) {
            (Some(_), Some(copy)) => {
                Err(("a copy has the parser of the other".to_owned(), copy.origin.clone()))
            }
            _ => Ok(Vec::new()),
        }
    }
}

impl Describe for TextSearchConfiguration {
    fn address(&self, id: &Id) -> String {
        format!("TEXT SEARCH CONFIGURATION {}", qualified(&id.path[0], &id.path[1]))
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        let address = self.address(id);
        let from = match (&self.parser, &self.copy) {
            (Some(parser), _) => format!("parser = {}", parser.sql()),
            (None, Some(copy)) => format!("copy = {}", copy.sql()),
            (None, None) => "parser = \"default\"".to_owned(),
        };
        let mut steps = vec![Step::new(format!("CREATE {address} ({from})")).authored()];
        steps.extend(self.mapping.steps(&Mapping::default(), &address));
        steps
    }

    fn references(&self, _id: &Id) -> Vec<Id> {
        let id =
            |kind: Kind, name: &Qualified| Some(Id::new(kind, [name.schema.as_ref()?, &name.name]));
        let parser = self.parser.iter().filter_map(|name| id(Kind::TextSearchParser, name));
        let copy = self.copy.iter().filter_map(|name| id(Kind::TextSearchConfiguration, name));
        let asked = self.mapping.dictionaries();
        parser
            .chain(copy)
            .chain(asked.filter_map(|name| id(Kind::TextSearchDictionary, name)))
            .collect()
    }

    fn resolve(&mut self, id: &Id, names: &Lookup<'_>) {
        let there = names.current.and_then(|current| current.attrs::<Self>(id));
        if let Some(copy) = self.copy.as_mut() {
            *copy = system(copy.clone());
            names.named(&[Kind::TextSearchConfiguration], copy, None);
            if let Some(mut start) = Self::copied(copy, names) {
                start.mapping.overlay(&self.mapping);
                *self = start;
            }
        }
        if self.copy.is_none() {
            let usual = || Qualified { schema: None, name: "default".to_owned() };
            let parser = self.parser.get_or_insert_with(usual);
            let theirs = there.and_then(|there| there.parser.as_ref());
            names.named(&[Kind::TextSearchParser], parser, theirs);
        }
        self.mapping.resolve(there.map(|there| &there.mapping), names);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use serde_json::json;

    fn configuration(value: Json) -> TextSearchConfiguration {
        let mut read: TextSearchConfiguration = serde_json::from_value(value).unwrap();
        let empty = Catalog::default();
        let names = Lookup { declared: &empty, current: None, path: &[] };
        read.resolve(&Id::new(Kind::TextSearchConfiguration, ["s", "c"]), &names);
        read
    }

    #[test]
    fn a_copy_of_the_servers_own_is_written_out() {
        let copy = configuration(json!({"copy": "english", "mapping": {"word": "mine, simple"}}));
        assert_eq!(copy.copy, None);
        let json = serde_json::to_value(&copy).unwrap();
        assert_eq!(json["mapping"]["word"], "mine, simple");
        assert_eq!(json["mapping"]["asciiword"], "english_stem");
        assert_eq!(json["mapping"]["url"], "simple");
    }

    #[test]
    fn mappings_change_in_place() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let id = Id::new(Kind::TextSearchConfiguration, ["s", "c"]);
        let old = configuration(json!({"mapping": {"word": "simple", "int": "simple"}}));
        let new = configuration(json!({"mapping": {"word": "d", "url, host": "simple"}}));
        let Alter::InPlace(steps) = new.alter(&old, &id, &cx) else { panic!("in place") };
        let sql: Vec<&str> = steps.iter().map(|step| step.sql.as_str()).collect();
        assert_eq!(
            sql,
            [
                "ALTER TEXT SEARCH CONFIGURATION s.c DROP MAPPING FOR \"int\"",
                "ALTER TEXT SEARCH CONFIGURATION s.c ADD MAPPING FOR host, url WITH simple",
                "ALTER TEXT SEARCH CONFIGURATION s.c ALTER MAPPING FOR word WITH d",
            ]
        );
        let other = configuration(json!({"parser": "s.p"}));
        assert_eq!(other.alter(&old, &id, &cx), Alter::Replace);
    }
}
