//! Operator classes (`CREATE OPERATOR CLASS`, `pg_opclass`). The key is `name using method`; the
//! members are those of its type, and of a family that is its own all.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::catalog::Catalog;
use crate::clause::{Shape, clause};
use crate::kind::hint::Hint;
use crate::kind::operators::operator_family::member::{self, Member, Members};
use crate::kind::operators::operator_family::{
    IMPLICIT, OperatorFamily, address, key, parts, rename,
};
use crate::kind::{
    About, Alter, Cx, Define, Describe, Id, Inner, Kind, Lookup, Part, Sides, type_ids,
};
use crate::leaf::{
    Item, Qualified, Sql, Type, is_false, read_type, read_type_option, split_commas,
};
use crate::source::Origin;
use crate::sql::own::{USER_SCHEMA, no_member};
use crate::sql::tree::Class;
use crate::step::Step;

/// An operator class.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatorClass {
    /// Whether it is the one for its type when none is named (`opcdefault`).
    #[serde(default, skip_serializing_if = "is_false")]
    default: bool,
    /// The type of the column (`opcintype`).
    #[serde(rename = "type", deserialize_with = "read_type")]
    of: Type,
    /// The family, if it has not the name of the class (`opcfamily`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    family: Option<Qualified>,
    /// Its members.
    #[serde(default, rename = "as", skip_serializing_if = "Members::is_empty")]
    members: Members,
    /// The type in the index, if it is another one (`opckeytype`).
    #[serde(
        default,
        deserialize_with = "read_type_option",
        skip_serializing_if = "Option::is_none"
    )]
    storage: Option<Type>,
    /// The members that stay in the family when the class goes (`amadjustmembers`).
    #[serde(default, skip_serializing)]
    loose: Hint<Members>,
}

impl OperatorClass {
    /// Its family.
    fn family_id(&self, id: &Id) -> Id {
        match &self.family {
            Some(Qualified { schema, name }) => {
                let schema = schema.clone().unwrap_or_else(|| "pg_catalog".to_owned());
                let key = format!("{name} using {}", parts(id.name()).1);
                Id::new(Kind::OperatorFamily, [schema, key])
            }
            None => id.as_kind(Kind::OperatorFamily),
        }
    }

    fn family_address(&self, id: &Id) -> String {
        address("OPERATOR FAMILY", &self.family_id(id))
    }
}

impl Define for OperatorClass {
    const ABOUT: About = About {
        clauses: &[
            clause("default", "default", Shape::Flag),
            clause("type", "for type", Shape::Rest),
            clause("family", "family", Shape::Word),
            clause("as", "as", Shape::Tail),
        ],
        catalog: 2616,
        extra_keys: &["storage"],
        models: Some(("pg_opclass", "true")),
        owned: true,
        ..About::USUAL
    };

    fn query(_major: u32) -> String {
        let own = |left: &str, right: &str| {
            format!(
                "(CASE WHEN {left} = {right} THEN {left} = c.opcintype AND NOT EXISTS (SELECT \
                 FROM pg_opclass oc WHERE oc.opcfamily = f.oid AND oc.opcintype = c.opcintype \
                 AND oc.oid < c.oid) ELSE {IMPLICIT} END)"
            )
        };
        let (operators, functions) = (
            own("ao.amoplefttype", "ao.amoprighttype"),
            own("ap.amproclefttype", "ap.amprocrighttype"),
        );
        let soft = |class: &str, oid: &str, own: &str| {
            format!(
                "{own} AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = '{class}'::regclass \
                 AND d.objid = {oid} AND d.refclassid = 'pg_opclass'::regclass \
                 AND d.refobjid = c.oid AND d.deptype = 'i')"
            )
        };
        format!(
            "SELECT c.oid AS _oid, n.nspname::text AS _1, \
             c.opcname || ' using ' || am.amname AS _2, \
             pg_get_userbyid(c.opcowner)::text AS _owner, c.opcdefault AS default, \
             format_type(c.opcintype, NULL) AS type, \
             CASE WHEN f.opfname <> c.opcname OR f.opfnamespace <> c.opcnamespace THEN \
               CASE WHEN fn.nspname <> 'pg_catalog' THEN quote_ident(fn.nspname) || '.' ELSE '' END \
               || quote_ident(f.opfname) END AS family, \
             {members} AS \"as\", CASE WHEN c.opckeytype NOT IN (0, c.opcintype) \
               THEN format_type(c.opckeytype, NULL) END AS storage, {loose} AS loose \
             FROM pg_opclass c JOIN pg_am am ON am.oid = c.opcmethod \
             JOIN pg_namespace n ON n.oid = c.opcnamespace \
             JOIN pg_opfamily f ON f.oid = c.opcfamily \
             JOIN pg_namespace fn ON fn.oid = f.opfnamespace WHERE {USER_SCHEMA} AND {}",
            no_member("pg_opclass", "c.oid"),
            members = member::query(&operators, &functions),
            loose = member::query(
                &soft("pg_amop", "ao.oid", &operators),
                &soft("pg_amproc", "ap.oid", &functions)
            ),
        )
    }

    fn alter(&self, old: &Self, id: &Id, _cx: &Sides<'_>) -> Alter {
        let Self { default: _, of: _, family: _, members, storage: _, loose: _ } = self;
        let others = Self { members: old.members.clone(), ..self.clone() };
        if others != *old || !old.members.without(members).is_empty() {
            return Alter::Replace;
        }
        let added = members.without(&old.members);
        let sql = format!("ALTER {} ADD {}", self.family_address(id), added.sql());
        Alter::InPlace(vec![Step::new(sql).authored()])
    }

    /// STORAGE stands among the members, and is none.
    fn expand(_id: &Id, parts: &mut Vec<Part>) -> Result<Vec<Inner>, (String, Origin)> {
        let Some(at) = parts.iter().position(|part| part.key == "as") else {
            return Ok(Vec::new());
        };
        let items: Vec<String> = match &parts[at].value {
            Json::Array(items) => {
                items.iter().filter_map(Json::as_str).map(str::to_owned).collect()
            }
            value => split_commas(value.as_str().unwrap_or_default())
                .into_iter()
                .map(str::to_owned)
                .collect(),
        };
        let storage = |item: &String| {
            let start = item.trim_start();
            let word = start.get(..8).filter(|word| word.eq_ignore_ascii_case("storage "));
            word.map(|word| start[word.len()..].trim().to_owned())
        };
        let of = items.iter().find_map(storage);
        let kept: Vec<String> =
            items.iter().filter(|item| storage(item).is_none()).cloned().collect();
        let origin = parts[at].origin.clone();
        if let Some(wrong) = kept.iter().find_map(|item| Member::read(item).err()) {
            return Err((wrong, origin));
        }
        parts[at].value = kept.join(", ").into();
        if let Some(of) = of {
            parts.push(Part { key: "storage".to_owned(), value: of.into(), origin });
        }
        Ok(Vec::new())
    }

    fn name_in_key(key: &str) -> &str {
        OperatorFamily::name_in_key(key)
    }

    fn key(text: &str) -> Result<(String, Option<Json>), String> {
        key(text)
    }
}

impl Describe for OperatorClass {
    fn address(&self, id: &Id) -> String {
        address("OPERATOR CLASS", id)
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        let (name, method) = parts(id.name());
        let name = crate::sql::quote::qualified(id.first(), name);
        let default = if self.default { " DEFAULT" } else { "" };
        let family = self.family.as_ref().map(|family| format!(" FAMILY {}", family.sql()));
        let storage = self.storage.iter().map(|of| format!("storage {of}"));
        let members = Some(self.members.sql()).filter(|members| !members.is_empty());
        // A class needs an item, even if it says nothing.
        let items: Vec<String> = members.into_iter().chain(storage).collect();
        let items =
            if items.is_empty() { format!("storage {}", self.of) } else { items.join(", ") };
        let sql = format!(
            "CREATE OPERATOR CLASS {name}{default} FOR TYPE {} USING {}{} AS {items}",
            self.of,
            crate::sql::quote::ident(method),
            family.unwrap_or_default(),
        );
        vec![Step::new(sql).authored()]
    }

    fn drop(&self, id: &Id, _cx: &Cx<'_>) -> Vec<Step> {
        let mut steps = Vec::new();
        // These would stand in the way of a class that comes after it.
        if !self.loose.0.is_empty() {
            let removal = self.loose.0.removal();
            steps.push(Step::new(format!("ALTER {} {removal}", self.family_address(id))));
        }
        steps.push(Step::new(format!("DROP {}", self.address(id))));
        steps
    }

    fn rename(&self, old: &Id, new: &Id) -> Vec<Step> {
        rename("OPERATOR CLASS", old, new)
    }

    fn references(&self, id: &Id) -> Vec<Id> {
        let types = [Some(&self.of), self.storage.as_ref()].into_iter().flatten();
        let mut all = self.members.references();
        all.extend(types.flat_map(|of| type_ids(&of.text)));
        let family = self.family_id(id);
        // A class of the family's name makes the family.
        all.extend(Some(family.as_kind(Kind::OperatorClass)).filter(|maker| maker != id));
        all.push(family);
        all.push(Id::new(Kind::AccessMethod, [parts(id.name()).1]));
        all
    }

    fn without_choices(&mut self) {
        self.members.sort();
    }

    fn needs(&self, _id: &Id, catalog: &Catalog) -> Vec<Id> {
        self.members.needs(catalog)
    }

    fn leaves(&mut self, visit: &mut dyn FnMut(&'static str, Class, &mut Sql)) {
        visit("type", Class::Type, &mut self.of);
    }

    fn resolve(&mut self, id: &Id, names: &Lookup<'_>) {
        let there = names.current.and_then(|current| current.attrs::<Self>(id));
        names.type_name(&mut self.of);
        if let Some(storage) = &mut self.storage {
            names.type_name(storage);
        }
        self.storage.take_if(|storage| *storage == self.of);
        let (name, method) = parts(id.name());
        if let Some(family) = &mut self.family {
            let mut key =
                Qualified { name: format!("{} using {method}", family.name), ..family.clone() };
            names.named(&[Kind::OperatorFamily], &mut key, None);
            family.schema = key.schema;
            names.named(&[], family, there.and_then(|there| there.family.as_ref()));
        }
        self.family
            .take_if(|family| family.name == name && family.schema.as_deref() == Some(id.first()));
        let members = there.map(|there| &there.members);
        self.members.resolve(method, Some(&self.of.text), members, names);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn class(members: &str) -> OperatorClass {
        let mut class: OperatorClass =
            serde_json::from_value(json!({ "type": "int4", "as": members })).unwrap();
        let empty = Catalog::default();
        let names = Lookup { declared: &empty, current: None, path: &[] };
        class.resolve(&Id::new(Kind::OperatorClass, ["s", "o using btree"]), &names);
        class
    }

    #[test]
    fn members_have_the_type_of_the_class() {
        assert_eq!(
            class("function 1 btint4cmp(int4,int4), operator 1 <"),
            class("operator 1 < (int4, int4), function 1 (int4, int4) btint4cmp(int4, int4)")
        );
    }

    #[test]
    fn a_member_comes_in_place_and_goes_with_the_class() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let id = Id::new(Kind::OperatorClass, ["s", "o using btree"]);
        let (few, more) = (class("operator 1 <"), class("operator 1 <, operator 2 <="));
        let Alter::InPlace(steps) = more.alter(&few, &id, &cx) else { panic!("in place") };
        assert_eq!(
            steps[0].sql,
            "ALTER OPERATOR FAMILY s.o USING btree ADD operator 2 <= (integer, integer)"
        );
        assert_eq!(few.alter(&more, &id, &cx), Alter::Replace);
        assert_eq!(
            few.create(&id, &cx, &[])[0].sql,
            "CREATE OPERATOR CLASS s.o FOR TYPE integer USING btree AS operator 1 < (integer, integer)"
        );
    }
}
