//! Extensions (`CREATE EXTENSION`, `pg_extension`). What an extension brings along is its own and
//! is never read; `plpgsql`, which every database has, is left out.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::clause::{Shape, clause};
use crate::kind::abilities::Unsaid;
use crate::kind::access::default_privileges;
use crate::kind::{About, Alter, Attrs, Cx, Define, Describe, Id, Kind, Lookup, Member, Sides};
use crate::leaf::{Item, Name, literal_text};
use crate::sql::quote::{ident, literal};
use crate::step::Step;

/// An extension.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extension {
    /// The schema that holds its objects (`extnamespace`); not written: whatever it is.
    #[serde(default, with = "schema", skip_serializing_if = "Option::is_none")]
    schema: Option<String>,
    /// The version (`extversion`); not written: whatever it is.
    #[serde(default, with = "version", skip_serializing_if = "Option::is_none")]
    version: Option<String>,
}

/// A schema's name, as an SQL identifier.
mod schema {
    use super::{Deserialize, Deserializer, Item, Name, Serializer, ident};

    pub(super) fn serialize<S: Serializer>(
        name: &Option<String>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&ident(name.as_deref().unwrap_or_default()))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<String>, D::Error> {
        let text = String::deserialize(deserializer)?;
        Name::read(&text).map(|name| Some(name.0)).map_err(serde::de::Error::custom)
    }
}

/// A version: an identifier or a literal in SQL, a bare text in the long form.
mod version {
    use super::{Deserializer, Serializer, ident, literal, literal_text};
    use crate::leaf::text_of;

    pub(super) fn serialize<S: Serializer>(
        version: &Option<String>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let version = version.as_deref().unwrap_or_default();
        let bare = ident(version) == version;
        serializer.serialize_str(&if bare { version.to_owned() } else { literal(version) })
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<String>, D::Error> {
        let text = text_of(deserializer)?;
        Ok(Some(literal_text(&text).unwrap_or_else(|| text.trim_matches('"').to_owned())))
    }
}

/// Whether a version is an earlier one. Extensions bring scripts that lead to later versions only.
fn is_before(version: &str, other: &str) -> bool {
    let numbers = |text: &str| text.split('.').map(str::parse).collect::<Result<Vec<u32>, _>>();
    matches!((numbers(version), numbers(other)), (Ok(a), Ok(b)) if a < b)
}

/// Runs a script so that what it makes has the privileges that the script gives, where all are declared.
fn plain(script: Step, cx: &Sides<'_>) -> Vec<Step> {
    let suspended = cx.desired.all_grants.then(|| default_privileges::suspended(cx));
    let (mut steps, after) = suspended.unwrap_or_default();
    steps.push(script);
    steps.extend(after);
    steps
}

impl Define for Extension {
    const ABOUT: About = About {
        clauses: &[
            clause("schema", "schema", Shape::Word),
            clause("schema", "with schema", Shape::Word),
            clause("version", "version", Shape::Word),
            clause("version", "with version", Shape::Word),
        ],
        catalog: 3079,
        provides: true,
        renames: false,
        ..About::USUAL
    };

    fn query(_major: u32) -> String {
        "SELECT e.oid AS _oid, e.extname::text AS _1, quote_ident(n.nspname) AS schema, \
         quote_literal(e.extversion) AS version \
         FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace \
         WHERE e.extname <> 'plpgsql'"
            .to_owned()
    }

    fn alter(&self, old: &Self, id: &Id, cx: &Sides<'_>) -> Alter {
        let Self { schema, version } = self;
        let mut steps = Vec::new();
        if let Some(schema) = schema.as_ref().filter(|_| *schema != old.schema) {
            let sql = format!("ALTER {} SET SCHEMA {}", self.address(id), ident(schema));
            steps.push(Step::new(sql).renames());
        }
        if let Some(version) = version.as_ref().filter(|_| *version != old.version) {
            if old.version.as_ref().is_some_and(|there| is_before(version, there)) {
                return Alter::Replace;
            }
            let sql = format!("ALTER {} UPDATE TO {}", self.address(id), literal(version));
            steps.extend(plain(Step::new(sql), cx));
        }
        Alter::InPlace(steps)
    }
}

impl Describe for Extension {
    fn address(&self, id: &Id) -> String {
        format!("EXTENSION {}", ident(id.name()))
    }

    fn create(&self, id: &Id, cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        let mut sql = format!("CREATE {}", self.address(id));
        if let Some(schema) = &self.schema {
            sql.push_str(&format!(" SCHEMA {}", ident(schema)));
        }
        if let Some(version) = &self.version {
            sql.push_str(&format!(" VERSION {}", literal(version)));
        }
        let step = Step::new(sql);
        // Without a schema its objects go where the search path begins.
        plain(if self.schema.is_none() { step.authored() } else { step }, cx)
    }

    fn drop(&self, id: &Id, _cx: &Cx<'_>) -> Vec<Step> {
        vec![
            Step::new(format!("DROP {}", self.address(id)))
                .loses_data("what the extension stores in tables of its own is lost"),
        ]
    }

    fn references(&self, _id: &Id) -> Vec<Id> {
        self.schema.iter().map(|schema| Id::new(Kind::Schema, [schema])).collect()
    }

    fn resolve(&mut self, id: &Id, names: &Lookup<'_>) {
        let Some(there) = names.current.and_then(|current| current.attrs::<Self>(id)) else {
            return;
        };
        if self.schema.is_none() {
            self.schema.clone_from(&there.schema);
        }
        if self.version.is_none() {
            self.version.clone_from(&there.version);
        }
    }

    fn without_choices(&mut self) {
        (self.schema, self.version) = (None, None);
    }
}

impl Unsaid for Extension {
    fn forget_version(&mut self, there: &Attrs) {
        let Some(there) = Self::downcast(there) else { return };
        self.version.clone_from(&there.version);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Catalog, Object};
    use crate::kind::Member;
    use serde_json::json;

    fn extension(json: serde_json::Value) -> Extension {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn an_earlier_version_is_installed_anew() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let id = Id::new(Kind::Extension, ["e"]);
        let of = |version: &str| Extension { schema: None, version: Some(version.to_owned()) };
        assert_eq!(of("1.9").alter(&of("1.10"), &id, &cx), Alter::Replace);
        assert!(matches!(of("1.10").alter(&of("1.9"), &id, &cx), Alter::InPlace(_)));
        assert!(matches!(of("1.9").alter(&of("1.10dev"), &id, &cx), Alter::InPlace(_)));
    }

    #[test]
    fn a_version_is_read_with_and_without_quotes() {
        let quoted = extension(json!({"schema": "\"My Ext\"", "version": "'1.6'"}));
        assert_eq!(quoted, extension(json!({"schema": "\"My Ext\"", "version": "1.6"})));
        let back = serde_json::to_value(&quoted).unwrap();
        assert_eq!(back, json!({"schema": "\"My Ext\"", "version": "'1.6'"}));
    }

    #[test]
    fn what_is_not_written_is_as_it_is_there() {
        let id = Id::new(Kind::Extension, ["pg_trgm"]);
        let there = extension(json!({"schema": "public", "version": "1.6"}));
        let mut current = Catalog::default();
        current.objects.insert(id.clone(), Object::new(there.clone().wrap()));
        let declared = Catalog::default();
        let names = Lookup { declared: &declared, current: Some(&current), path: &[] };
        let mut wanted = extension(json!({}));
        wanted.resolve(&id, &names);
        assert_eq!(wanted, there);
    }
}
