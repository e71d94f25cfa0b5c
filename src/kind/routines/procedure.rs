//! Procedures (`CREATE PROCEDURE`, `pg_proc.prokind` `p`).

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::clause::{Shape, clause};
use crate::grants;
use crate::kind::abilities::{Configured, Granted, HoldsSecrets, Stubbed};
use crate::kind::routines::routine::{self, Routine};
use crate::kind::{
    About, Alter, Attrs, Cx, Define, Describe, Id, Inner, Lookup, Member, Part, Sides,
};
use crate::leaf::Sql;
use crate::secret::Secret;
use crate::source::Origin;
use crate::sql::tree::Class;
use crate::step::Step;

/// A procedure.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Procedure(Routine);

impl Procedure {
    pub(in crate::kind::routines) fn routine(&self) -> &Routine {
        &self.0
    }

    /// Whether it runs with the rights of its owner, and whether it sets its search_path.
    pub(in crate::kind) fn security(&self) -> (bool, bool) {
        self.0.security()
    }
}

impl Define for Procedure {
    const ABOUT: About = About {
        clauses: &[
            clause("language", "language", Shape::Word),
            clause("transform", "transform", Shape::Rest),
            clause("security", "security definer", Shape::Is("definer")),
            clause("security", "external security definer", Shape::Is("definer")),
            clause("security", "security invoker", Shape::Is("invoker")),
            clause("security", "external security invoker", Shape::Is("invoker")),
            clause("set", "set", Shape::Rest),
            clause("as", "as", Shape::Rest),
            clause("return", "return", Shape::Tail),
            clause("begin_atomic", "begin atomic", Shape::Tail),
        ],
        catalog: 1255,
        extra_keys: routine::KEYS,
        plain_key: false,
        models: Some(("pg_proc", "t.prokind = 'p'")),
        rights: Some(&grants::FUNCTION),
        owned: true,
        ..About::USUAL
    };

    fn query(_major: u32) -> String {
        routine::query("'p'")
    }

    fn alter(&self, old: &Self, id: &Id, _cx: &Sides<'_>) -> Alter {
        self.0.alter(&old.0, id)
    }

    fn expand(id: &Id, parts: &mut Vec<Part>) -> Result<Vec<Inner>, (String, Origin)> {
        routine::expand(id, parts)
    }

    fn resolve_key(id: &Id, names: &Lookup<'_>) -> Option<Id> {
        routine::resolve_key(id, names)
    }

    fn key(key: &str) -> Result<(String, Option<Json>), String> {
        routine::key(key)
    }
}

impl Describe for Procedure {
    fn address(&self, id: &Id) -> String {
        format!("PROCEDURE {}", routine::address(id))
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        vec![self.0.made(id, "CREATE")]
    }

    fn rename(&self, old: &Id, new: &Id) -> Vec<Step> {
        routine::rename(self, old, new)
    }

    fn references(&self, _id: &Id) -> Vec<Id> {
        self.0.references()
    }

    fn leaves(&mut self, visit: &mut dyn FnMut(&'static str, Class, &mut Sql)) {
        self.0.leaves(visit);
    }

    fn resolve(&mut self, id: &Id, names: &Lookup<'_>) {
        let key = routine::resolve_key(id, names).unwrap_or_else(|| id.clone());
        let there = names.current.and_then(|current| current.attrs::<Self>(&key));
        self.0.resolve(id, names, there.map(|procedure| &procedure.0));
    }

    fn occupies(&self, id: &Id) -> Vec<(&'static str, Vec<String>)> {
        vec![("function", routine::signature::slot(id))]
    }
}

impl Stubbed for Procedure {
    fn stub(&mut self, bodies: bool) {
        self.0.stub(bodies);
    }

    fn unstub(&mut self, whole: &Attrs) {
        let Some(whole) = Self::downcast(whole) else { return };
        self.0.unstub(&whole.0);
    }

    fn body_language(&self) -> Option<(String, String)> {
        self.0.body_language()
    }
}

impl Configured for Procedure {
    fn settings(&self) -> Vec<(String, String)> {
        self.0.settings()
    }
}

impl HoldsSecrets for Procedure {
    fn secrets(&mut self, visit: &mut dyn FnMut(&str, &mut Secret)) {
        self.0.secrets(visit);
    }
}

impl Granted for Procedure {
    fn grant_address(&self, id: &Id) -> Option<String> {
        Some(self.address(id))
    }
}
