//! Functions (`CREATE FUNCTION`, `pg_proc.prokind` `f` and `w`). Aggregates are another kind.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::clause::{Shape, clause};
use crate::grants;
use crate::kind::abilities::{Configured, Granted, HoldsSecrets, Stubbed};
use crate::kind::routines::routine::{self, Routine};
use crate::kind::types::base_type;
use crate::kind::{
    About, Alter, Attrs, Cx, Define, Describe, Id, Inner, Lookup, Member, Part, Sides,
};
use crate::leaf::Sql;
use crate::secret::Secret;
use crate::source::Origin;
use crate::sql::tree::Class;
use crate::step::Step;

/// A function.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Function(Routine);

impl Function {
    pub(in crate::kind::routines) fn routine(&self) -> &Routine {
        &self.0
    }

    /// Whether it runs with the rights of its owner, and whether it sets its search_path.
    pub(in crate::kind) fn security(&self) -> (bool, bool) {
        self.0.security()
    }

    /// Whether it may return another value for the same arguments.
    pub(in crate::kind) fn is_volatile(&self) -> bool {
        self.0.is_volatile()
    }
}

impl Define for Function {
    const ABOUT: About = About {
        clauses: &[
            clause("returns", "returns", Shape::Rest),
            clause("language", "language", Shape::Word),
            clause("transform", "transform", Shape::Rest),
            clause("window", "window", Shape::Flag),
            clause("volatility", "immutable", Shape::Is("immutable")),
            clause("volatility", "stable", Shape::Is("stable")),
            clause("volatility", "volatile", Shape::Is("volatile")),
            clause("leakproof", "leakproof", Shape::Flag),
            clause("leakproof", "not leakproof", Shape::Off),
            clause("strict", "strict", Shape::Flag),
            clause("strict", "returns null on null input", Shape::Flag),
            clause("strict", "called on null input", Shape::Off),
            clause("security", "security definer", Shape::Is("definer")),
            clause("security", "external security definer", Shape::Is("definer")),
            clause("security", "security invoker", Shape::Is("invoker")),
            clause("security", "external security invoker", Shape::Is("invoker")),
            clause("parallel", "parallel", Shape::Word),
            clause("cost", "cost", Shape::Word),
            clause("rows", "rows", Shape::Word),
            clause("support", "support", Shape::Word),
            clause("set", "set", Shape::Rest),
            clause("as", "as", Shape::Rest),
            clause("return", "return", Shape::Tail),
            clause("begin_atomic", "begin atomic", Shape::Tail),
        ],
        catalog: 1255,
        extra_keys: routine::KEYS,
        plain_key: false,
        models: Some(("pg_proc", "t.prokind IN ('f', 'w')")),
        rights: Some(&grants::FUNCTION),
        owned: true,
        ..About::USUAL
    };

    fn query(_major: u32) -> String {
        routine::query("'f', 'w'")
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

impl Describe for Function {
    fn address(&self, id: &Id) -> String {
        format!("FUNCTION {}", routine::address(id))
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        vec![self.0.made(id, "CREATE")]
    }

    fn drop(&self, id: &Id, cx: &Cx<'_>) -> Vec<Step> {
        if base_type::takes(id, cx) {
            return Vec::new();
        }
        vec![Step::new(format!("DROP {}", self.address(id)))]
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
        self.0.resolve(id, names, there.map(|function| &function.0));
    }

    fn occupies(&self, id: &Id) -> Vec<(&'static str, Vec<String>)> {
        vec![("function", routine::signature::slot(id))]
    }
}

impl Stubbed for Function {
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

impl Configured for Function {
    fn settings(&self) -> Vec<(String, String)> {
        self.0.settings()
    }
}

impl HoldsSecrets for Function {
    fn secrets(&mut self, visit: &mut dyn FnMut(&str, &mut Secret)) {
        self.0.secrets(visit);
    }
}

impl Granted for Function {
    fn grant_address(&self, id: &Id) -> Option<String> {
        Some(self.address(id))
    }
}
