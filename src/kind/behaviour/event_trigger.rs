//! Event triggers (`CREATE EVENT TRIGGER`, `pg_event_trigger`). They belong to the database and
//! to no schema, and only a superuser can make them.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::clause::{Shape, clause};
use crate::id::key_part;
use crate::kind::behaviour::enabled::Enabled;
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Kind, Lookup, Sides};
use crate::leaf::{Item, Qualified, literal_text, split_commas};
use crate::sql::own::no_member;
use crate::sql::quote::{ident, literal};
use crate::step::Step;

/// An event trigger.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventTrigger {
    /// The event: `ddl_command_start`, `sql_drop` (`evtevent`).
    #[serde(deserialize_with = "crate::leaf::keywords::deserialize")]
    on: String,
    /// The commands for which it runs, as the list behind `tag in`; none is all (`evttags`).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    tags: String,
    /// The function that it calls (`evtfoid`).
    #[serde(rename = "execute", deserialize_with = "read_call", serialize_with = "write_call")]
    function: Qualified,
    /// `origin`, `replica`, `always` or `disabled` (`evtenabled`).
    #[serde(default, skip_serializing_if = "Enabled::is_origin")]
    enabled: Enabled,
}

/// Reads `s.f()` or `s.f`: there are never any arguments.
fn read_call<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Qualified, D::Error> {
    let text = String::deserialize(deserializer)?;
    let name = match text.trim().strip_suffix(')') {
        Some(rest) => rest.trim_end().strip_suffix('(').ok_or_else(|| {
            D::Error::custom("the function of an event trigger takes no arguments: write `f()`")
        })?,
        None => text.trim(),
    };
    Qualified::read(name.trim_end()).map_err(D::Error::custom)
}

fn write_call<S: Serializer>(function: &Qualified, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&format!("{}()", function.sql()))
}

/// The list of tags in one order and spelling: commands stand in upper case in the catalog.
fn tag_list(text: &str) -> String {
    let mut tags: Vec<String> = split_commas(text)
        .into_iter()
        .filter(|tag| !tag.is_empty())
        .map(|tag| literal_text(tag).unwrap_or_else(|| tag.to_owned()).to_uppercase())
        .collect();
    tags.sort();
    tags.dedup();
    tags.iter().map(|tag| literal(tag)).collect::<Vec<_>>().join(", ")
}

impl EventTrigger {
    fn state(&self, id: &Id) -> Step {
        let word = self.enabled.words();
        Step::new(format!("ALTER {} {word}", self.address(id)))
    }

    fn function_id(&self) -> Option<Id> {
        let schema = self.function.schema.as_deref()?;
        let key = format!("{}()", key_part(&self.function.name));
        Some(Id::new(Kind::Function, [schema, key.as_str()]))
    }
}

impl Define for EventTrigger {
    const ABOUT: About = About {
        clauses: &[
            clause("on", "on", Shape::Word),
            clause("tags", "when tag in", Shape::Parens),
            clause("execute", "execute function", Shape::Rest),
            clause("execute", "execute procedure", Shape::Rest),
        ],
        catalog: 3466,
        extra_keys: &["enabled"],
        models: Some(("pg_event_trigger", "true")),
        owned: true,
        ..About::USUAL
    };

    fn query(_major: u32) -> String {
        format!(
            "SELECT t.oid AS _oid, t.evtname::text AS _1, \
             pg_get_userbyid(t.evtowner)::text AS _owner, t.evtevent::text AS \"on\", \
             (SELECT string_agg(quote_literal(tag), ', ' ORDER BY tag COLLATE \"C\") \
               FROM unnest(t.evttags) tag) AS tags, \
             quote_ident(n.nspname) || '.' || quote_ident(p.proname) AS execute, \
             {enabled} \
             FROM pg_event_trigger t JOIN pg_proc p ON p.oid = t.evtfoid \
             JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {}",
            no_member("pg_event_trigger", "t.oid"),
            enabled = Enabled::query("t.evtenabled"),
        )
    }

    fn alter(&self, old: &Self, id: &Id, _cx: &Sides<'_>) -> Alter {
        let Self { on, tags, function, enabled } = self;
        if *on != old.on || *tags != old.tags || *function != old.function {
            return Alter::Replace;
        }
        let same = *enabled == old.enabled;
        Alter::InPlace(if same { Vec::new() } else { vec![self.state(id)] })
    }
}

impl Describe for EventTrigger {
    fn address(&self, id: &Id) -> String {
        format!("EVENT TRIGGER {}", ident(id.name()))
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        let mut sql = format!("CREATE {} ON {}", self.address(id), ident(&self.on));
        if !self.tags.is_empty() {
            sql.push_str(&format!(" WHEN TAG IN ({})", self.tags));
        }
        sql.push_str(&format!(" EXECUTE FUNCTION {}()", self.function.sql()));
        let mut steps = vec![Step::new(sql).authored()];
        if !self.enabled.is_origin() {
            steps.push(self.state(id));
        }
        steps
    }

    fn references(&self, _id: &Id) -> Vec<Id> {
        self.function_id().into_iter().collect()
    }

    fn resolve(&mut self, _id: &Id, names: &Lookup<'_>) {
        self.on = Qualified::read(&self.on).map_or_else(|_| self.on.clone(), |name| name.name);
        self.tags = tag_list(&self.tags);
        let key = format!("{}()", key_part(&self.function.name));
        if self.function.schema.is_none() {
            let found = names.schema_of(&[Kind::Function], &key);
            self.function.schema = found.or_else(|| names.path.first().cloned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn tags_have_one_order_and_spelling() {
        assert_eq!(tag_list("'drop table', 'ALTER TABLE'"), "'ALTER TABLE', 'DROP TABLE'");
        assert_eq!(tag_list(""), "");
    }

    #[test]
    fn an_event_trigger_is_made_and_then_disabled() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let id = Id::new(Kind::EventTrigger, ["guard"]);
        let wanted: EventTrigger = serde_json::from_value(serde_json::json!({
            "on": "sql_drop", "tags": "'DROP TABLE'", "execute": "s.f()", "enabled": "disabled"
        }))
        .unwrap();
        let sql: Vec<String> = wanted.create(&id, &cx, &[]).into_iter().map(|s| s.sql).collect();
        assert_eq!(
            sql,
            [
                "CREATE EVENT TRIGGER guard ON sql_drop WHEN TAG IN ('DROP TABLE') \
                 EXECUTE FUNCTION s.f()",
                "ALTER EVENT TRIGGER guard DISABLE",
            ]
        );
        assert_eq!(wanted.references(&id), [Id::new(Kind::Function, ["s", "f()"])]);
    }
}
