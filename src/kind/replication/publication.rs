//! Publications (`CREATE PUBLICATION`, `pg_publication`): what of the changes is published. Which
//! tables and schemas are in one is said by objects of their own, also where it is written behind
//! `for`, since they come and go with what they name. What is left out of all tables (19) is the
//! publication's own, since PostgreSQL takes only the whole list.

use serde::{Deserialize, Serialize};

use crate::clause::{self, Shape, Value, clause};
use crate::hazard::Hazard;
use crate::kind::replication::publication_table::{BEHIND_TABLE, dotted};
use crate::kind::{
    About, Alter, Cx, Define, Describe, Id, Inner, Kind, Lookup, Naming, Part, Sides,
};
use crate::leaf::{Item, List, Name, Parameters, Qualified, is_false, split_commas};
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
    /// The tables that are not published where all others are (`prexcept`, 19).
    #[serde(default, skip_serializing_if = "List::is_empty")]
    except: List<Excepted>,
    /// Whether the state of every sequence is published (`puballsequences`, 19).
    #[serde(default, skip_serializing_if = "is_false")]
    all_sequences: bool,
    /// `publish`, `publish_via_partition_root` (13) and `publish_generated_columns` (18), as far as
    /// they are not the default.
    #[serde(default, skip_serializing_if = "Parameters::is_empty")]
    with: Parameters,
}

/// A table behind EXCEPT. It stands for itself alone: child tables are named one by one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Excepted(Qualified);

impl Item for Excepted {
    fn read(text: &str) -> Result<Self, String> {
        let rest = after_words(text, &["table"]).unwrap_or(text);
        let rest = after_words(rest, &["only"]).unwrap_or(rest);
        Qualified::read(rest.trim()).map(Self)
    }

    fn write(&self) -> String {
        format!("table {}", self.0.sql())
    }
}

impl Publication {
    fn is_of_all(&self) -> bool {
        self.all_tables || self.all_sequences
    }

    /// What stands behind FOR or SET where the publication is of all tables, sequences or both.
    fn all(&self) -> String {
        let mut parts = Vec::new();
        if self.all_tables {
            let table = |Excepted(name): &Excepted| format!("TABLE ONLY {}", name.sql());
            let except: Vec<String> = self.except.0.iter().map(table).collect();
            parts.push(match except.as_slice() {
                [] => "ALL TABLES".to_owned(),
                except => format!("ALL TABLES EXCEPT ({})", except.join(", ")),
            });
        }
        if self.all_sequences {
            parts.push("ALL SEQUENCES".to_owned());
        }
        parts.join(", ")
    }
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
            clause("except", "except", Shape::Parens),
            clause("all_sequences", ", all sequences", Shape::Flag),
            clause("all_sequences", "for all sequences", Shape::Flag),
            clause("all_tables", ", all tables", Shape::Flag),
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
        let all = if major >= 19 {
            "t.puballsequences AS all_sequences, (SELECT array_agg(quote_ident(n.nspname) || '.' || \
               quote_ident(c.relname) ORDER BY n.nspname COLLATE \"C\", c.relname COLLATE \"C\") \
               FROM pg_publication_rel r JOIN pg_class c ON c.oid = r.prrelid \
               JOIN pg_namespace n ON n.oid = c.relnamespace \
               WHERE r.prpubid = t.oid AND r.prexcept) AS except"
        } else {
            "false AS all_sequences, NULL::text[] AS except"
        };
        format!(
            "SELECT t.oid AS _oid, t.pubname::text AS _1, \
             pg_get_userbyid(t.pubowner)::text AS _owner, t.puballtables AS all_tables, {all}, \
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

    fn alter(&self, old: &Self, id: &Id, cx: &Sides<'_>) -> Alter {
        let Self { all_tables, except, all_sequences, with } = self;
        let mut steps = Vec::new();
        if (all_tables, except, all_sequences) != (&old.all_tables, &old.except, &old.all_sequences)
        {
            // One that names its tables becomes none of all, nor the reverse.
            if cx.major() < 19 || !self.is_of_all() || !old.is_of_all() {
                return Alter::Replace;
            }
            steps.push(Step::new(format!("ALTER {} SET {}", self.address(id), self.all())));
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
        if !set.is_empty() {
            steps.push(Step::new(format!("ALTER {} SET ({})", self.address(id), set.sql())));
        }
        Alter::InPlace(steps)
    }

    fn expand(id: &Id, parts: &mut Vec<Part>) -> Result<Vec<Inner>, (String, Origin)> {
        let mut inner = Vec::new();
        let mut kept = Vec::new();
        for part in std::mem::take(parts) {
            if part.key != "for" {
                kept.push(part);
                continue;
            }
            let wrong = |message: String| (message, part.origin.clone());
            let text = part.text().ok_or_else(|| wrong("`for` is a text".to_owned()))?.to_owned();
            // In the long form, `for` has the words of the short one.
            if after_words(&text, &["all"]).is_some() {
                let found = clause::split(Self::ABOUT.clauses, &format!("for {text}"))
                    .map_err(|error| wrong(error.to_string()))?;
                kept.extend(found.into_iter().map(|found| Part {
                    key: found.key.to_owned(),
                    value: match found.value {
                        Value::Flag(flag) => flag.into(),
                        Value::Text(text) => text.into(),
                    },
                    origin: part.origin.clone(),
                }));
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
        if self.is_of_all() {
            sql.push_str(&format!(" FOR {}", self.all()));
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

    fn references(&self, _id: &Id) -> Vec<Id> {
        let table = |Excepted(name): &Excepted| Id::new(Kind::Table, name.path());
        self.except.0.iter().map(table).collect()
    }

    fn obstacle(&self, id: &Id, cx: &Sides<'_>) -> Option<String> {
        if !self.all_tables && !self.except.is_empty() {
            return Some(
                "`except` leaves tables out of all tables, and `all_tables` is not set".to_owned(),
            );
        }
        let kinds = [Kind::PublicationTable, Kind::PublicationSchema].into_iter();
        let mut named = kinds.flat_map(|kind| cx.desired.below(kind, &id.path));
        let (other, _) = named.next().filter(|_| self.is_of_all())?;
        Some(format!(
            "a publication of all tables or sequences names none, and {other} is declared"
        ))
    }

    fn resolve(&mut self, _id: &Id, names: &Lookup<'_>) {
        for Excepted(name) in &mut self.except.0 {
            names.relation(name);
        }
        self.except.0.sort();
        self.except.0.dedup();
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
        let used = [
            (self.all_sequences, "FOR ALL SEQUENCES", 19),
            (!self.except.is_empty(), "EXCEPT in a publication", 19),
            (
                self.with.0.contains_key("publish_generated_columns"),
                "publish_generated_columns",
                18,
            ),
        ];
        let mut newer = used.into_iter().filter(|(used, _, since)| *used && major < *since);
        newer.next().map(|(_, what, since)| (what, since))
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

    fn of(text: &str) -> Publication {
        let found = clause::split(Publication::ABOUT.clauses, text).unwrap();
        let map = found.into_iter().map(|found| {
            let value: serde_json::Value = match found.value {
                Value::Flag(flag) => flag.into(),
                Value::Text(text) => text.into(),
            };
            (found.key.to_owned(), value)
        });
        serde_json::from_value(serde_json::Value::Object(map.collect())).unwrap()
    }

    #[test]
    fn all_tables_but_some_and_all_sequences_change_in_place_since_19() {
        let mut current = Catalog::default();
        current.server.version = 190_000;
        let id = Id::new(Kind::Publication, ["p"]);
        let all = of("for all sequences");
        let most = of("for all tables except (table only s.b, c, table s.\"D\"), all sequences");
        let cx = Cx::undecided(&current, &current);
        assert_eq!(
            most.create(&id, &cx, &[])[0].sql,
            "CREATE PUBLICATION p FOR ALL TABLES EXCEPT (TABLE ONLY s.b, TABLE ONLY c, \
             TABLE ONLY s.\"D\"), ALL SEQUENCES"
        );
        let Alter::InPlace(steps) = all.alter(&most, &id, &cx) else { panic!("in place") };
        assert_eq!(steps.len(), 1);
        assert_eq!(steps[0].sql, "ALTER PUBLICATION p SET ALL SEQUENCES");
        assert!(matches!(most.alter(&Publication::default(), &id, &cx), Alter::Replace));
        assert_eq!(most.references(&id)[0], Id::new(Kind::Table, ["s", "b"]));
        assert_eq!((most.lacks(18), most.lacks(19)), (Some(("FOR ALL SEQUENCES", 19)), None));
        current.server.version = 180_000;
        let cx = Cx::undecided(&current, &current);
        assert!(matches!(of("for all tables").alter(&all, &id, &cx), Alter::Replace));
    }

    #[test]
    fn what_is_left_out_goes_with_all_tables_and_with_no_table_by_name() {
        let empty = Catalog::default();
        let id = Id::new(Kind::Publication, ["p"]);
        let said =
            |text: &str, desired: &Catalog| of(text).obstacle(&id, &Cx::undecided(&empty, desired));
        assert!(said("except (a)", &empty).is_some());
        assert_eq!(said("for all tables except (a)", &empty), None);
        let mut desired = Catalog::default();
        let table: crate::kind::Attrs = crate::kind::Member::wrap(
            crate::kind::replication::publication_table::PublicationTable::default(),
        );
        desired
            .objects
            .insert(id.child(Kind::PublicationTable, "s.t"), crate::catalog::Object::new(table));
        assert!(said("for all sequences", &desired).is_some());
        assert_eq!(said("with (publish = 'insert')", &desired), None);
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
