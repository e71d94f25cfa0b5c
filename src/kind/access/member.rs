//! Privileges on a member of an extension (`pg_init_privs`), where they are not what the extension's
//! script gave. The member itself is the extension's; only grantees that have more or less than
//! they had from it stand here, under `function public.f(integer)`.

use serde::{Deserialize, Serialize};

use super::initial::{self, Differing, Of};
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Kind, Lookup, Sides};
use crate::sql::quote::split_qualified;
use crate::step::Step;

/// The privileges of some grantees on a member.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Member(Differing);

impl Define for Member {
    const ABOUT: About = initial::ABOUT;

    fn query(_major: u32) -> String {
        initial::query(Of::Extensions)
    }

    fn alter(&self, old: &Self, id: &Id, _cx: &Sides<'_>) -> Alter {
        Alter::InPlace(self.0.alter(&old.0, id))
    }

    fn resolve_key(id: &Id, names: &Lookup<'_>) -> Option<Id> {
        let schema = || {
            let extension = id.ancestor(Kind::Extension, 1);
            let schema = names.object(&extension)?.attrs.json();
            let schema = schema.get("schema").and_then(serde_json::Value::as_str)?;
            split_qualified(schema).ok()
        };
        let key = initial::resolved(id.name(), &schema, names)?;
        Some(Id::new(id.kind, [id.first().to_owned(), key]))
    }

    fn key(key: &str) -> Result<(String, Option<serde_json::Value>), String> {
        initial::check(key, "a member")?;
        Ok((key.to_owned(), None))
    }

    fn name_in_key(_key: &str) -> &'static str {
        ""
    }
}

initial::describes_differing!(Member);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use serde_json::json;

    fn sql(steps: Vec<Step>) -> Vec<String> {
        steps.into_iter().map(|step| step.sql).collect()
    }

    fn member(json: serde_json::Value) -> Member {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn what_is_not_said_any_more_is_as_the_script_left_it() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let id = Id::new(Kind::Member, ["e", "function public.f(text, integer)"]);
        let wanted = member(json!({"grant": {"app": "execute", "public": ""}}));
        assert_eq!(
            sql(wanted.create(&id, &cx, &[])),
            [
                "GRANT EXECUTE ON FUNCTION public.f(text, integer) TO app",
                "REVOKE ALL ON FUNCTION public.f(text, integer) FROM PUBLIC",
            ]
        );
        let there = member(json!({
            "grant": {"app": ["execute*"], "public": []},
            "initial": {"app": [], "public": ["execute"]}
        }));
        assert_eq!(
            sql(there.drop(&id, &cx)),
            [
                "REVOKE EXECUTE ON FUNCTION public.f(text, integer) FROM app",
                "GRANT EXECUTE ON FUNCTION public.f(text, integer) TO PUBLIC",
            ]
        );
        let Alter::InPlace(steps) = wanted.alter(&there, &id, &cx) else { panic!("in place") };
        assert_eq!(
            sql(steps),
            ["REVOKE GRANT OPTION FOR EXECUTE ON FUNCTION public.f(text, integer) FROM app"]
        );
    }

    #[test]
    fn a_key_has_one_spelling() {
        let declared = Catalog::default();
        let names = Lookup { declared: &declared, current: None, path: &[] };
        let of = |key: &str| {
            let id = Id::new(Kind::Member, ["e", key]);
            Member::resolve_key(&id, &names).unwrap().name().to_owned()
        };
        assert_eq!(
            of("FUNCTION public.f(int,varchar)"),
            "function public.f(integer, character varying)"
        );
        assert_eq!(of("foreign data wrapper \"W\""), "foreign data wrapper \"W\"");
    }
}
