//! Publications (`CREATE PUBLICATION`, `pg_publication`): what of the changes is published. Which
//! tables and schemas are in one is said by objects of their own, also where it is written behind
//! `for`, since they come and go with what they name.

use serde::{Deserialize, Serialize};

use crate::clause::{self, Shape, Value, clause};
use crate::hazard::Hazard;
use crate::kind::replication::publication_table::{BEHIND_TABLE, dotted};
use crate::kind::{
    About, Alter, Cx, Define, Describe, Id, Inner, Kind, Lookup, Naming, Part, Sides,
};
use crate::leaf::{Item, Name, Parameters, Qualified, is_false, split_commas};
use crate::source::Origin;
use crate::sql::own::no_member;
use crate::sql::quote::ident;
use crate::step::Step;

/// A publication.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Publication {
    /// Whether every table is published, also one that is made later (`puballtables`).
    #[serde(default, skip_serializing_if = "is_false")]
    all_tables: bool,
    /// `publish`, `publish_via_partition_root` (13) and `publish_generated_columns` (18), as far as
    /// they are not the default.
    #[serde(default, skip_serializing_if = "Parameters::is_empty")]
    with: Parameters,
}

/// Each parameter with its default.
const DEFAULTS: &[(&str, &str)] = &[
    ("publish", "insert, update, delete, truncate"),
    ("publish_via_partition_root", "false"),
    ("publish_generated_columns", "none"),
];

/// The operations in PostgreSQL's order, in one spelling.
fn operations(text: &str) -> String {
    let named: Vec<String> = text.split(',').map(|word| word.trim().to_lowercase()).collect();
    let known = ["insert", "update", "delete", "truncate"];
    let strange = named.iter().filter(|word| !known.contains(&word.as_str()) && !word.is_empty());
    let usual = known.iter().filter(|word| named.iter().any(|name| name == **word));
    usual.map(|word| (*word).to_owned()).chain(strange.cloned()).collect::<Vec<_>>().join(", ")
}

fn boolean(text: &str) -> String {
    match text.to_lowercase().as_str() {
        "" | "on" | "1" | "yes" | "true" => "true".to_owned(),
        "off" | "0" | "no" | "false" => "false".to_owned(),
        other => other.to_owned(),
    }
}

/// Whether the words open an item of the list behind `for`; gives what follows them.
fn after_words<'a>(item: &'a str, words: &[&str]) -> Option<&'a str> {
    words.iter().try_fold(item, |rest, word| {
        let rest = rest.trim_start();
        let head = rest.get(..word.len()).filter(|head| head.eq_ignore_ascii_case(word))?;
        let rest = &rest[head.len()..];
        rest.starts_with(|c: char| c.is_whitespace() || c == '"').then_some(rest)
    })
}

/// One item of the list, as the object that it is.
fn item(id: &Id, text: &str, in_schemas: &mut bool, origin: &Origin) -> Result<Inner, String> {
    let mut rest = text;
    if let Some(after) = after_words(text, &["tables", "in", "schema"]) {
        (*in_schemas, rest) = (true, after.trim());
    } else if let Some(after) = after_words(text, &["table"]) {
        (*in_schemas, rest) = (false, after.trim());
    }
    let mut parts = Vec::new();
    let id = if *in_schemas {
        id.child(Kind::PublicationSchema, &Name::read(rest)?.0)
    } else {
        let rest = after_words(rest, &["only"]).unwrap_or(rest).trim();
        let found = clause::split(BEHIND_TABLE, rest).map_err(|error| error.to_string())?;
        let mut name = None;
        for found in found {
            let Value::Text(value) = found.value else { continue };
            if found.key == "name" {
                name = Some(Qualified::read(&value)?);
            } else {
                let key = found.key.to_owned();
                parts.push(Part { key, value: value.into(), origin: origin.clone() });
            }
        }
        let name = name.ok_or_else(|| format!("`{text}` names no table"))?;
        id.child(Kind::PublicationTable, &dotted(&name))
    };
    Ok(Inner { id, parts, naming: Naming::Given })
}

impl Define for Publication {
    const ABOUT: About = About {
        clauses: &[
            clause("all_tables", "for all tables", Shape::Flag),
            clause("for", "for", Shape::Rest),
            clause("with", "with", Shape::Parens),
        ],
        catalog: 6104,
        models: Some(("pg_publication", "true")),
        owned: true,
        ..About::USUAL
    };

    fn query(major: u32) -> String {
        let generated = if major >= 18 {
            "CASE t.pubgencols WHEN 's' THEN 'publish_generated_columns=stored' END"
        } else {
            "NULL"
        };
        format!(
            "SELECT t.oid AS _oid, t.pubname::text AS _1, \
             pg_get_userbyid(t.pubowner)::text AS _owner, t.puballtables AS all_tables, \
             array_remove(ARRAY[CASE WHEN NOT (t.pubinsert AND t.pubupdate AND t.pubdelete \
               AND t.pubtruncate) THEN 'publish=' || concat_ws(', ', \
               CASE WHEN t.pubinsert THEN 'insert' END, CASE WHEN t.pubupdate THEN 'update' END, \
               CASE WHEN t.pubdelete THEN 'delete' END, \
               CASE WHEN t.pubtruncate THEN 'truncate' END) END, \
             CASE WHEN t.pubviaroot THEN 'publish_via_partition_root=true' END, {generated}], NULL) \
               AS \"with\" \
             FROM pg_publication t WHERE {}",
            no_member("pg_publication", "t.oid")
        )
    }

    fn alter(&self, old: &Self, id: &Id, _cx: &Sides<'_>) -> Alter {
        let Self { all_tables, with } = self;
        if *all_tables != old.all_tables {
            return Alter::Replace;
        }
        let mut set = Parameters::default();
        for (name, default) in DEFAULTS {
            let value = |all: &Parameters| all.0.get(*name).cloned();
            if value(with) != value(&old.with) {
                let value = value(with).unwrap_or_else(|| (*default).to_owned());
                set.0.insert((*name).to_owned(), value);
            }
        }
        for (name, value) in &with.0 {
            if old.with.0.get(name) != Some(value) {
                set.0.insert(name.clone(), value.clone());
            }
        }
        let sql = format!("ALTER {} SET ({})", self.address(id), set.sql());
        Alter::InPlace(vec![Step::new(sql)])
    }

    fn expand(id: &Id, parts: &mut Vec<Part>) -> Result<Vec<Inner>, (String, Origin)> {
        let mut inner = Vec::new();
        let mut kept = Vec::new();
        for mut part in std::mem::take(parts) {
            if part.key != "for" {
                kept.push(part);
                continue;
            }
            let wrong = |message: String| (message, part.origin.clone());
            let text = part.text().ok_or_else(|| wrong("`for` is a text".to_owned()))?.to_owned();
            if text.split_whitespace().map(str::to_lowercase).eq(["all", "tables"]) {
                (part.key, part.value) = ("all_tables".to_owned(), true.into());
                kept.push(part);
                continue;
            }
            let mut in_schemas = false;
            for text in split_commas(&text) {
                inner.push(item(id, text, &mut in_schemas, &part.origin).map_err(wrong)?);
            }
        }
        *parts = kept;
        Ok(inner)
    }
}

impl Describe for Publication {
    fn address(&self, id: &Id) -> String {
        format!("PUBLICATION {}", ident(id.name()))
    }

    fn create(&self, id: &Id, cx: &Cx<'_>, inner: &[String]) -> Vec<Step> {
        let mut sql = format!("CREATE {}", self.address(id));
        if self.all_tables {
            sql.push_str(" FOR ALL TABLES");
        } else if !inner.is_empty() {
            // Before 15 the word stands only once.
            let again = |(at, clause): (usize, &String)| match clause.strip_prefix("TABLE ") {
                Some(name) if at > 0 && cx.major() < 15 => name.to_owned(),
                _ => clause.clone(),
            };
            let items: Vec<String> = inner.iter().enumerate().map(again).collect();
            sql.push_str(&format!(" FOR {}", items.join(", ")));
        }
        if !self.with.is_empty() {
            sql.push_str(&format!(" WITH ({})", self.with.sql()));
        }
        vec![Step::new(sql)]
    }

    fn drop(&self, id: &Id, _cx: &Cx<'_>) -> Vec<Step> {
        vec![
            Step::new(format!("DROP {}", self.address(id)))
                .hazard(Hazard::Replication, "subscriptions to it fail until it is there again"),
        ]
    }

    fn resolve(&mut self, _id: &Id, _names: &Lookup<'_>) {
        for (name, value) in &mut self.with.0 {
            *value = match name.as_str() {
                "publish" => operations(value),
                "publish_via_partition_root" => boolean(value),
                _ => value.to_lowercase(),
            };
        }
        self.with.0.retain(|name, value| {
            !DEFAULTS.iter().any(|(known, default)| known == name && default == value)
        });
    }

    fn lacks(&self, major: u32) -> Option<(&'static str, u32)> {
        let generated = self.with.0.contains_key("publish_generated_columns");
        (generated && major < 18).then_some(("publish_generated_columns", 18))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    fn part(value: &str) -> Part {
        let origin = Origin { file: "".into(), start: 0, end: 0 };
        Part { key: "for".to_owned(), value: value.into(), origin }
    }

    #[test]
    fn the_list_behind_for_falls_into_objects() {
        let id = Id::new(Kind::Publication, ["p"]);
        let mut parts = vec![part(
            "table a, only s.\"B\" (x, y) where (x > 1), tables in schema s, t, table c",
        )];
        let inner = Publication::expand(&id, &mut parts).unwrap();
        let names: Vec<String> = inner.iter().map(|inner| inner.id.to_string()).collect();
        assert_eq!(
            names,
            [
                "publication_table:p.a",
                "publication_table:p.\"s.B\"",
                "publication_schema:p.s",
                "publication_schema:p.t",
                "publication_table:p.c",
            ]
        );
        assert_eq!(inner[1].parts.len(), 2);
        let mut parts = vec![part("all  TABLES")];
        assert!(Publication::expand(&id, &mut parts).unwrap().is_empty());
        assert_eq!(parts[0].key, "all_tables");
    }

    #[test]
    fn a_parameter_that_is_not_wanted_any_more_gets_its_default() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let id = Id::new(Kind::Publication, ["p"]);
        let old: Publication =
            serde_json::from_value(serde_json::json!({ "with": "publish = 'insert'" })).unwrap();
        let Alter::InPlace(steps) = Publication::default().alter(&old, &id, &cx) else {
            panic!("in place")
        };
        assert_eq!(
            steps[0].sql,
            "ALTER PUBLICATION p SET (publish='insert, update, delete, truncate')"
        );
        assert_eq!(operations("DELETE,insert"), "insert, delete");
    }
}
