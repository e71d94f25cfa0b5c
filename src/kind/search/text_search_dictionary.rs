//! Text search dictionaries (`CREATE TEXT SEARCH DICTIONARY`, `pg_ts_dict`): a template with
//! options, which only the template knows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::clause::{Shape, clause};
use crate::hazard::Hazard;
use crate::kind::def_list::{Options, plain};
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Inner, Kind, Lookup, Part, Sides};
use crate::leaf::Qualified;
use crate::source::Origin;
use crate::sql::own::{USER_SCHEMA, no_member};
use crate::sql::quote::{ident, literal, qualified};
use crate::step::Step;

/// A text search dictionary.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextSearchDictionary {
    /// Template and options.
    options: Definition,
}

/// The options of CREATE TEXT SEARCH DICTIONARY.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "Options", into = "String")]
struct Definition {
    /// What it is made of (`dicttemplate`).
    template: Qualified,
    /// What the template is told (`dictinitoption`): the catalog keeps the order, which says nothing.
    settings: Vec<(String, String)>,
}

impl PartialEq for Definition {
    fn eq(&self, other: &Self) -> bool {
        self.template == other.template && self.map() == other.map()
    }
}

impl Definition {
    fn map(&self) -> BTreeMap<&str, &str> {
        self.settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    fn sql(&self) -> String {
        let mut options = Options::default();
        options.set("template", Some(self.template.sql()));
        for (name, value) in &self.settings {
            options.set(name, Some(literal(value)));
        }
        options.sql(&["template"])
    }
}

impl From<Definition> for String {
    fn from(definition: Definition) -> Self {
        definition.sql()
    }
}

impl TryFrom<Options> for Definition {
    type Error = String;

    fn try_from(mut options: Options) -> Result<Self, String> {
        let missing = || "`template` is missing: say what it is made of, as `simple`".to_owned();
        let template = options.take_name("template")?.ok_or_else(missing)?;
        let settings = options.rest().into_iter().map(|(name, value)| (name, plain(&value)));
        Ok(Self { template, settings: settings.collect() })
    }
}

impl Define for TextSearchDictionary {
    const ABOUT: About = About {
        clauses: &[clause("options", "", Shape::Parens)],
        catalog: 3600,
        extra_keys: &["template"],
        models: Some(("pg_ts_dict", "true")),
        owned: true,
        ..About::USUAL
    };

    fn query(_major: u32) -> String {
        format!(
            "SELECT d.oid AS _oid, n.nspname::text AS _1, d.dictname::text AS _2, \
             pg_get_userbyid(d.dictowner)::text AS _owner, 'template = ' \
             || CASE WHEN tn.nspname <> 'pg_catalog' THEN quote_ident(tn.nspname) || '.' ELSE '' END \
             || quote_ident(t.tmplname) || COALESCE(', ' || d.dictinitoption, '') AS options \
             FROM pg_ts_dict d JOIN pg_namespace n ON n.oid = d.dictnamespace \
             JOIN pg_ts_template t ON t.oid = d.dicttemplate \
             JOIN pg_namespace tn ON tn.oid = t.tmplnamespace WHERE {USER_SCHEMA} AND {}",
            no_member("pg_ts_dict", "d.oid")
        )
    }

    fn alter(&self, old: &Self, id: &Id, _cx: &Sides<'_>) -> Alter {
        let Self { options: Definition { template, settings } } = self;
        let was = &old.options;
        if *template != was.template {
            return Alter::Replace;
        }
        // An option without a value is taken out.
        let (wanted, there) = (self.options.map(), was.map());
        let gone = there.keys().filter(|name| !wanted.contains_key(*name)).map(|name| ident(name));
        // What is set goes to the end, so that all behind it are set again, to stay in their order.
        let same =
            |(name, value): &(String, String)| there.get(name.as_str()) == Some(&value.as_str());
        let first = settings.iter().position(|setting| !same(setting)).unwrap_or(settings.len());
        let set = settings[first..].iter();
        let set = set.map(|(name, value)| format!("{} = {}", ident(name), literal(value)));
        let items: Vec<String> = gone.chain(set).collect();
        let sql = format!("ALTER {} ({})", self.address(id), items.join(", "));
        Alter::InPlace(vec![Step::new(sql).hazard(
            Hazard::StaleTextSearch,
            "what is stored or indexed was made by the dictionary as it was: write it anew",
        )])
    }

    /// `template` may stand beside the options of the long form.
    fn expand(_id: &Id, parts: &mut Vec<Part>) -> Result<Vec<Inner>, (String, Origin)> {
        let Some(at) = parts.iter().position(|part| part.key == "template") else {
            return Ok(Vec::new());
        };
        let template = parts.remove(at);
        let rest = parts.iter_mut().find(|part| part.key == "options");
        match rest {
            Some(Part { value: Json::Object(all), .. }) => {
                all.insert(template.key, template.value);
            }
            Some(_) => return Err(("the template is said twice".to_owned(), template.origin)),
            None => {
                let all = Map::from_iter([(template.key, template.value)]);
                let value = Json::Object(all);
                parts.push(Part { key: "options".to_owned(), value, origin: template.origin });
            }
        }
        Ok(Vec::new())
    }
}

impl Describe for TextSearchDictionary {
    fn address(&self, id: &Id) -> String {
        format!("TEXT SEARCH DICTIONARY {}", qualified(&id.path[0], &id.path[1]))
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        let sql = format!("CREATE {} ({})", self.address(id), self.options.sql());
        vec![Step::new(sql).authored()]
    }

    fn references(&self, _id: &Id) -> Vec<Id> {
        let Qualified { schema, name } = &self.options.template;
        let schema = schema.iter();
        schema.map(|schema| Id::new(Kind::TextSearchTemplate, [schema, name])).collect()
    }

    fn resolve(&mut self, id: &Id, names: &Lookup<'_>) {
        let there = names.current.and_then(|current| current.attrs::<Self>(id));
        let there = there.map(|there| &there.options.template);
        names.named(&[Kind::TextSearchTemplate], &mut self.options.template, there);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use serde_json::json;

    fn dictionary(options: &str) -> TextSearchDictionary {
        serde_json::from_value(json!({ "options": options })).unwrap()
    }

    #[test]
    fn options_are_equal_in_any_spelling() {
        let written = dictionary("Template = pg_catalog.snowball, Language = english");
        assert_eq!(written, dictionary("template = snowball, language = 'english'"));
    }

    #[test]
    fn options_change_in_place_and_the_template_does_not() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let id = Id::new(Kind::TextSearchDictionary, ["s", "d"]);
        let old = dictionary("template = simple, stopwords = english, accept = false");
        let Alter::InPlace(steps) =
            dictionary("template = simple, accept = true").alter(&old, &id, &cx)
        else {
            panic!("in place")
        };
        assert_eq!(steps[0].sql, "ALTER TEXT SEARCH DICTIONARY s.d (stopwords, accept = 'true')");
        let other = dictionary("template = ispell, dictfile = x, afffile = x");
        assert_eq!(other.alter(&old, &id, &cx), Alter::Replace);
    }
}
