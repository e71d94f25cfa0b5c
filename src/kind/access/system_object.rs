//! Privileges on what initdb made in `pg_catalog` and on languages, where they are not what initdb gave: a monitoring role
//! that may read `pg_authid`, a function that PUBLIC may not call. As pg_dump does it (`pg_init_privs`), only grantees that
//! have more or less stand here, under `table pg_catalog.pg_authid`.

use serde::{Deserialize, Serialize};

use super::initial::{self, Differing, Of};
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Lookup, Sides, Sort};
use crate::step::Step;

/// The privileges of some grantees on a system object.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SystemObject(Differing);

impl Define for SystemObject {
    const ABOUT: About = About {
        catalog: 3394,
        extra_keys: &["grant"],
        sort: Sort::Grants,
        renames: false,
        on_scratch: false,
        noun: Some("privileges on"),
        ..About::USUAL
    };

    fn query(_major: u32) -> String {
        initial::query(Of::Initdb)
    }

    fn alter(&self, old: &Self, id: &Id, _cx: &Sides<'_>) -> Alter {
        Alter::InPlace(self.0.alter(&old.0, id))
    }

    fn resolve_key(id: &Id, names: &Lookup<'_>) -> Option<Id> {
        let schema = || Some(vec!["pg_catalog".to_owned()]);
        let key = initial::resolved(id.name(), &schema, names)?;
        Some(Id::new(id.kind, [key]))
    }

    fn key(key: &str) -> Result<(String, Option<serde_json::Value>), String> {
        initial::check(key, "a system object")?;
        Ok((key.to_owned(), None))
    }

    fn name_in_key(_key: &str) -> &'static str {
        ""
    }
}

impl Describe for SystemObject {
    fn address(&self, id: &Id) -> String {
        initial::target(id).0
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        self.0.create(id)
    }

    fn drop(&self, id: &Id, _cx: &Cx<'_>) -> Vec<Step> {
        self.0.drop(id)
    }

    fn rename(&self, _old: &Id, _new: &Id) -> Vec<Step> {
        Vec::new()
    }

    fn references(&self, _id: &Id) -> Vec<Id> {
        self.0.roles()
    }

    fn resolve(&mut self, id: &Id, names: &Lookup<'_>) {
        let id = Self::resolve_key(id, names).unwrap_or_else(|| id.clone());
        let there = names.current.and_then(|current| current.attrs::<Self>(&id));
        self.0.start_as(there.map(|there| &there.0));
    }

    fn without_choices(&mut self) {
        self.0.forget_start();
    }
}
