//! Foreign servers (`CREATE SERVER`, `pg_foreign_server`).

use serde::{Deserialize, Serialize};

use crate::catalog::Catalog;
use crate::clause::{Shape, clause};
use crate::grants;
use crate::kind::abilities::HoldsSecrets;
use crate::kind::foreign::options::{Options, of_wrapper};
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Kind, Sides};
use crate::leaf::{Item, Name, Sql, literal_text};
use crate::secret::Secret;
use crate::sql::own::no_member;
use crate::sql::quote::{ident, literal};
use crate::step::Step;

/// A foreign server.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// What the wrapper takes it for (`srvtype`), as a literal.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    sort: Option<Sql>,
    /// Its version (`srvversion`), as a literal.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<Sql>,
    /// The wrapper that reaches it (`srvfdw`).
    foreign_data_wrapper: String,
    /// Options.
    #[serde(default, skip_serializing_if = "Options::is_empty")]
    options: Options,
}

/// The wrapper of a server, whose validator looks at the options of whatever the server has.
pub(in crate::kind) fn wrapper_of(server: &Id, catalog: &Catalog) -> Option<Id> {
    let server = catalog.attrs::<Server>(server)?;
    Some(Id::new(Kind::ForeignDataWrapper, [server.wrapper()]))
}

impl Server {
    fn wrapper(&self) -> String {
        Name::read(&self.foreign_data_wrapper)
            .map_or_else(|_| self.foreign_data_wrapper.clone(), |name| name.0)
    }
}

/// A literal in one spelling; the long form may leave the quotes out. An empty one is kept.
fn spell(text: &mut Sql) {
    let value = literal_text(&text.text).unwrap_or_else(|| text.text.clone());
    *text = Sql::new(literal(&value));
}

impl Define for Server {
    const ABOUT: About = About {
        clauses: &[
            clause("type", "type", Shape::Word),
            clause("version", "version", Shape::Word),
            clause("foreign_data_wrapper", "foreign data wrapper", Shape::Word),
            clause("options", "options", Shape::Parens),
        ],
        catalog: 1417,
        models: Some(("pg_foreign_server", "true")),
        rights: Some(&grants::SERVER),
        owned: true,
        hides: &["options"],
        ..About::USUAL
    };

    fn query(_major: u32) -> String {
        format!(
            "SELECT t.oid AS _oid, t.srvname::text AS _1, \
             pg_get_userbyid(t.srvowner)::text AS _owner, t.srvacl::text AS _acl, \
             quote_literal(t.srvtype) AS \"type\", quote_literal(t.srvversion) AS version, \
             quote_ident(w.fdwname) AS foreign_data_wrapper, {} AS options \
             FROM pg_foreign_server t JOIN pg_foreign_data_wrapper w ON w.oid = t.srvfdw WHERE {}",
            of_wrapper("t.srvoptions"),
            no_member("pg_foreign_server", "t.oid")
        )
    }

    fn alter(&self, old: &Self, id: &Id, _cx: &Sides<'_>) -> Alter {
        let Self { sort, version, foreign_data_wrapper, options } = self;
        if *sort != old.sort || *foreign_data_wrapper != old.foreign_data_wrapper {
            return Alter::Replace;
        }
        let mut clauses = Vec::new();
        if *version != old.version {
            let version = version.as_ref().map_or("NULL", |version| version.text.as_str());
            clauses.push(format!("VERSION {version}"));
        }
        clauses.extend(options.change(&old.options));
        if clauses.is_empty() {
            return Alter::InPlace(Vec::new());
        }
        let sql = format!("ALTER {} {}", self.address(id), clauses.join(" "));
        Alter::InPlace(vec![Step::new(sql)])
    }
}

impl Describe for Server {
    fn address(&self, id: &Id) -> String {
        format!("SERVER {}", ident(id.name()))
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        let mut sql = format!("CREATE {}", self.address(id));
        for (word, value) in [("TYPE", &self.sort), ("VERSION", &self.version)] {
            if let Some(value) = value {
                sql.push_str(&format!(" {word} {value}"));
            }
        }
        sql.push_str(&format!(" FOREIGN DATA WRAPPER {}", ident(&self.wrapper())));
        vec![Step::new(sql + &self.options.clause())]
    }

    fn references(&self, _id: &Id) -> Vec<Id> {
        vec![Id::new(Kind::ForeignDataWrapper, [self.wrapper()])]
    }

    fn resolve(&mut self, _id: &Id, _names: &crate::kind::Lookup<'_>) {
        [&mut self.sort, &mut self.version].into_iter().flatten().for_each(spell);
        self.foreign_data_wrapper = ident(&self.wrapper());
    }
}

impl HoldsSecrets for Server {
    fn secrets(&mut self, visit: &mut dyn FnMut(&str, &mut Secret)) {
        self.options.secrets(visit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    fn of(json: serde_json::Value) -> Server {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn version_and_options_change_in_place_and_no_more() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let id = Id::new(Kind::Server, ["S"]);
        let old =
            of(serde_json::json!({ "type": "'t'", "version": "'1'", "foreign_data_wrapper": "w" }));
        assert_eq!(
            old.create(&id, &cx, &[])[0].sql,
            "CREATE SERVER \"S\" TYPE 't' VERSION '1' FOREIGN DATA WRAPPER w"
        );
        let new = Server {
            version: None,
            ..of(serde_json::json!({
                "type": "'t'", "foreign_data_wrapper": "w", "options": "host 'a'"
            }))
        };
        let Alter::InPlace(steps) = new.alter(&old, &id, &cx) else { panic!("in place") };
        assert_eq!(steps[0].sql, "ALTER SERVER \"S\" VERSION NULL OPTIONS (ADD host 'a')");
        let other = of(serde_json::json!({ "foreign_data_wrapper": "x" }));
        assert_eq!(other.alter(&old, &id, &cx), Alter::Replace);
    }
}
