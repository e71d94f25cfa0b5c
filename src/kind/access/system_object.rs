//! Privileges on what initdb made in `pg_catalog` and on languages, where they are not what initdb gave: a monitoring role
//! that may read `pg_authid`, a function that PUBLIC may not call. As pg_dump does it (`pg_init_privs`), only grantees that
//! have more or less stand here, under `table pg_catalog.pg_authid`.

use serde::{Deserialize, Serialize};

use super::initial::{self, Differing, Of};
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Lookup, Sides};
use crate::step::Step;

/// The privileges of some grantees on a system object.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SystemObject(Differing);

impl Define for SystemObject {
    const ABOUT: About = initial::ABOUT;

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

initial::describes_differing!(SystemObject);
