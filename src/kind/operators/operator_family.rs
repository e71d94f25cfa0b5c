//! Operator families (`CREATE OPERATOR FAMILY`, `pg_opfamily`), with the members that belong to no
//! class of theirs: operators and functions between two types. The key is `name using method`.
//!
//! A class without a family makes one of its own name. Such a family is part of the class and need
//! not be declared; whatever is in it is then the class's.

pub(in crate::kind) mod member;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use member::Members;

use crate::catalog::Catalog;
use crate::clause::{Shape, clause};
use crate::kind::abilities::Companion;
use crate::kind::describe::{in_schema, move_steps};
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Kind, Lookup, Sides};
use crate::leaf::Qualified;
use crate::sql::own::{USER_SCHEMA, no_member};
use crate::sql::quote::{ident, qualified};
use crate::step::Step;

/// An operator family.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatorFamily {
    /// Its loose members.
    #[serde(default, rename = "add", skip_serializing_if = "Members::is_empty")]
    members: Members,
}

/// A condition on family `f` that says whether a class made it: the only one in it, of its name.
pub(in crate::kind) const IMPLICIT: &str = "(SELECT count(*) = 1 AND bool_and(ic.opcname = f.opfname \
     AND ic.opcnamespace = f.opfnamespace AND ic.opcowner = f.opfowner) \
     FROM pg_opclass ic WHERE ic.opcfamily = f.oid)";

/// The name and the access method of a key.
pub(in crate::kind) fn parts(key: &str) -> (&str, &str) {
    key.rsplit_once(" using ").unwrap_or((key, "btree"))
}

/// See [`Describe::key`].
pub(in crate::kind) fn key(key: &str) -> Result<(String, Option<Json>), String> {
    match key.rsplit_once(char::is_whitespace) {
        Some((before, method)) if before.trim_end().to_ascii_lowercase().ends_with(" using") => {
            let name = before.trim_end();
            // What stands before the one blank is the name, blanks at its end included.
            let name = &name[..name.len() - 6];
            Ok((format!("{name} using {}", method.to_ascii_lowercase()), None))
        }
        _ => Err(format!("the access method is missing: write `{key} using btree`")),
    }
}

/// `WORD s.name USING method`, as ALTER, DROP and COMMENT name it.
pub(in crate::kind) fn address(word: &str, id: &Id) -> String {
    let (name, method) = parts(id.name());
    format!("{word} {} USING {}", qualified(id.first(), name), ident(method))
}

/// New schema, then new name; the method stays.
pub(in crate::kind) fn rename(word: &str, old: &Id, new: &Id) -> Vec<Step> {
    let name = |id: &Id| Qualified::new(id.first(), parts(id.name()).0);
    move_steps(&name(old), &name(new), &|schema| address(word, &in_schema(old, schema)))
}

impl OperatorFamily {
    fn add(&self, members: &Members, id: &Id) -> Option<Step> {
        let sql = format!("ALTER {} ADD {}", self.address(id), members.sql());
        (!members.is_empty()).then(|| Step::new(sql).authored())
    }
}

impl Define for OperatorFamily {
    const ABOUT: About = About {
        clauses: &[clause("add", "add", Shape::Tail)],
        catalog: 2753,
        models: Some(("pg_opfamily", "true")),
        owned: true,
        ..About::USUAL
    };

    fn query(_major: u32) -> String {
        let loose = |left: &str, right: &str| {
            format!(
                "NOT (CASE WHEN {left} = {right} THEN EXISTS (SELECT FROM pg_opclass oc \
                 WHERE oc.opcfamily = f.oid AND oc.opcintype = {left}) ELSE {IMPLICIT} END)"
            )
        };
        format!(
            "SELECT f.oid AS _oid, n.nspname::text AS _1, \
             f.opfname || ' using ' || am.amname AS _2, \
             pg_get_userbyid(f.opfowner)::text AS _owner, {members} AS add \
             FROM pg_opfamily f JOIN pg_am am ON am.oid = f.opfmethod \
             JOIN pg_namespace n ON n.oid = f.opfnamespace WHERE {USER_SCHEMA} AND {}",
            no_member("pg_opfamily", "f.oid"),
            members = member::query(
                &loose("ao.amoplefttype", "ao.amoprighttype"),
                &loose("ap.amproclefttype", "ap.amprocrighttype")
            ),
        )
    }

    fn alter(&self, old: &Self, id: &Id, _cx: &Sides<'_>) -> Alter {
        let Self { members } = self;
        let gone = old.members.without(members);
        let removal = format!("ALTER {} {}", self.address(id), gone.removal());
        let removal = (!gone.is_empty()).then(|| Step::new(removal));
        Alter::InPlace(
            removal.into_iter().chain(self.add(&members.without(&old.members), id)).collect(),
        )
    }

    fn name_in_key(key: &str) -> &str {
        parts(key).0
    }

    fn key(text: &str) -> Result<(String, Option<Json>), String> {
        key(text)
    }
}

impl Describe for OperatorFamily {
    fn address(&self, id: &Id) -> String {
        address("OPERATOR FAMILY", id)
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        let made = Step::new(format!("CREATE {}", self.address(id)));
        std::iter::once(made).chain(self.add(&self.members, id)).collect()
    }

    fn rename(&self, old: &Id, new: &Id) -> Vec<Step> {
        rename("OPERATOR FAMILY", old, new)
    }

    fn references(&self, id: &Id) -> Vec<Id> {
        let mut all = self.members.references();
        all.push(Id::new(Kind::AccessMethod, [parts(id.name()).1]));
        all
    }

    fn without_choices(&mut self) {
        self.members.sort();
    }

    fn needs(&self, _id: &Id, catalog: &Catalog) -> Vec<Id> {
        self.members.needs(catalog)
    }

    fn resolve(&mut self, id: &Id, names: &Lookup<'_>) {
        let there = names.current.and_then(|current| current.attrs::<Self>(id));
        let there = there.map(|there| &there.members);
        self.members.resolve(parts(id.name()).1, None, there, names);
    }
}

impl Companion for OperatorFamily {
    fn made_by(&self, id: &Id) -> Option<Id> {
        self.members.is_empty().then(|| id.as_kind(Kind::OperatorClass))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_key_names_the_access_method() {
        assert_eq!(key("ops USING  Hash").unwrap().0, "ops using hash");
        assert_eq!(key("ops  using hash").unwrap().0, "ops  using hash");
        assert!(key("ops").unwrap_err().contains("ops using btree"));
        let id = Id::new(Kind::OperatorFamily, ["s", "Odd ops using gist"]);
        assert_eq!(
            OperatorFamily::default().address(&id),
            "OPERATOR FAMILY s.\"Odd ops\" USING gist"
        );
    }

    #[test]
    fn loose_members_come_and_go_in_place() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let id = Id::new(Kind::OperatorFamily, ["s", "f using btree"]);
        let of = |add: &str| -> OperatorFamily {
            serde_json::from_value(json!({ "add": add })).unwrap()
        };
        let old = of("operator 1 < (int4, int8), operator 2 <= (int4, int8)");
        let new = of("operator 1 < (int4, int8), function 1 (int4, int8) btint48cmp(int4, int8)");
        let Alter::InPlace(steps) = new.alter(&old, &id, &cx) else { panic!("in place") };
        let sql: Vec<&str> = steps.iter().map(|step| step.sql.as_str()).collect();
        assert_eq!(
            sql,
            [
                "ALTER OPERATOR FAMILY s.f USING btree DROP OPERATOR 2 (integer, bigint)",
                "ALTER OPERATOR FAMILY s.f USING btree ADD function 1 (integer, bigint) \
                 btint48cmp(integer, bigint)",
            ]
        );
        assert_eq!(old.made_by(&id), None);
        let empty = OperatorFamily::default().made_by(&id);
        assert_eq!(empty, Some(id.as_kind(Kind::OperatorClass)));
    }
}
