//! [`Describe`]: what there is to say of a kind.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::abilities::Abilities;
use super::{About, Alter, Cx, Id, Inner, Lookup, Member, Part, Sides};
use crate::catalog::Catalog;
use crate::leaf::{Qualified, Sql};
use crate::source::Origin;
use crate::sql::quote::ident;
use crate::sql::tree::Class;
use crate::step::Step;

/// What the generic code has to know of a kind without an object of it, and what two objects of it are to each other.
pub trait Define: Describe + Member + Clone + PartialEq + Serialize + DeserializeOwned {
    /// What kind of kind it is.
    const ABOUT: About;

    /// Reads every object of the kind. Columns: `_oid`, `_1`, `_2`, `_3` (the path), and as they
    /// apply `_subid`, `_owner`, `_acl`, `_rank`; then the attributes by name.
    fn query(major: u32) -> String;

    /// Takes out of a value's parts what is said about other objects; the parts stand in the order
    /// in which they were written, and a key may come twice here.
    ///
    /// # Errors
    /// A text that says what is wrong, with the part's place.
    fn expand(_id: &Id, _parts: &mut Vec<Part>) -> Result<Vec<Inner>, (String, Origin)> {
        Ok(Vec::new())
    }

    /// The id with the names in it resolved (`f(status)` is `f(public.status)`), if that differs.
    fn resolve_key(_id: &Id, _names: &Lookup<'_>) -> Option<Id> {
        None
    }

    /// The path that a key of the declaration stands for: `f(int)` is `f(integer)`.
    fn key(key: &str) -> Result<(String, Option<Json>), String> {
        Ok((key.to_owned(), None))
    }

    /// The part of a key that is a name, so that PostgreSQL would cut it at 63 bytes.
    fn name_in_key(key: &str) -> &str {
        key
    }

    /// How `old` becomes `self`, for an object whose attributes differ.
    fn alter(&self, old: &Self, id: &Id, cx: &Sides<'_>) -> Alter;

    /// The statements of its change in place, when it is decided what happens to all other objects.
    fn alter_steps(&self, old: &Self, id: &Id, cx: &Cx<'_>) -> Vec<Step> {
        self.alter(old, id, cx).steps()
    }
}

/// What every object knows about itself. What only some kinds have an answer to stands in
/// [`abilities`](super::abilities).
pub trait Describe: Debug + Abilities {
    /// How SQL names it: serves DROP, COMMENT ON, OWNER TO and RENAME.
    fn address(&self, id: &Id) -> String;

    /// The statements that make it. `inner` are the clauses of the children that are made with it.
    fn create(&self, id: &Id, cx: &Cx<'_>, inner: &[String]) -> Vec<Step>;

    /// The statements that remove it.
    fn drop(&self, id: &Id, _cx: &Cx<'_>) -> Vec<Step> {
        vec![Step::new(format!("DROP {}", self.address(id)))]
    }

    /// The statement that gives it a new name (and, before that, a new schema).
    fn rename(&self, old: &Id, new: &Id) -> Vec<Step> {
        rename_qualified(&|id| self.address(id), old, new)
    }

    /// Ids that the attributes name: a type, a function, a role.
    fn references(&self, _id: &Id) -> Vec<Id> {
        Vec::new()
    }

    /// What must stand in a column list to be removed together with it, if not with its parent.
    fn dropped_with(&self, _id: &Id) -> Vec<Id> {
        Vec::new()
    }

    /// Shows every SQL leaf, with the name of its field and its grammar.
    fn leaves(&mut self, _visit: &mut dyn FnMut(&'static str, Class, &mut Sql)) {}

    /// Fills what PostgreSQL would fill: qualifies names, expands defaults.
    fn resolve(&mut self, _id: &Id, _names: &Lookup<'_>) {}

    /// Leaves out what the server chooses where nobody says it.
    fn without_choices(&mut self) {}

    /// Objects that it cannot be without and that only the whole catalog can tell (a foreign key's
    /// unique key).
    fn needs(&self, _id: &Id, _catalog: &Catalog) -> Vec<Id> {
        Vec::new()
    }

    /// Names it takes up: no other object may have one of them at the same time.
    fn occupies(&self, id: &Id) -> Vec<(&'static str, Vec<String>)> {
        vec![(id.kind.name(), id.path.clone())]
    }

    /// Why it cannot be made here, and what to do, where that can be told from what is there.
    fn obstacle(&self, _id: &Id, _cx: &Sides<'_>) -> Option<String> {
        None
    }

    /// What it uses that a server of this major version lacks, and the version that brought it.
    fn lacks(&self, _major: u32) -> Option<(&'static str, u32)> {
        None
    }
}

/// Statements without what is to be said of them where clients see what they do.
pub(super) fn bare(steps: Vec<Step>) -> Vec<Step> {
    steps.into_iter().map(|step| Step { hazards: Vec::new(), ..step }).collect()
}

/// `s.t` or `t`, quoted.
pub fn qualified_path(id: &Id) -> String {
    id.path.iter().map(|part| ident(part)).collect::<Vec<_>>().join(".")
}

/// Another schema, and then another name.
pub(super) fn rename_qualified(address: &dyn Fn(&Id) -> String, old: &Id, new: &Id) -> Vec<Step> {
    let moves = new.kind.def().in_schema && old.path.len() == 2;
    let name = |id: &Id| Qualified {
        schema: moves.then(|| id.first().to_owned()),
        name: id.name().to_owned(),
    };
    move_steps(&name(old), &name(new), &|schema| address(&in_schema(old, schema)))
}

/// An object, in another schema if one is said.
pub(super) fn in_schema(id: &Id, schema: Option<&str>) -> Id {
    let mut id = id.clone();
    if let Some(schema) = schema {
        schema.clone_into(&mut id.path[0]);
    }
    id
}

/// Statements that give an object another schema, and then another name; `address` is how ALTER names it
/// where it has the old name in that schema.
pub(super) fn move_steps(
    from: &Qualified,
    to: &Qualified,
    address: &dyn Fn(Option<&str>) -> String,
) -> Vec<Step> {
    let (mut sqls, mut schema) = (Vec::new(), &from.schema);
    if from.schema != to.schema
        && let Some(new) = &to.schema
    {
        sqls.push(format!("ALTER {} SET SCHEMA {}", address(schema.as_deref()), ident(new)));
        schema = &to.schema;
    }
    if from.name != to.name {
        sqls.push(format!("ALTER {} RENAME TO {}", address(schema.as_deref()), ident(&to.name)));
    }
    let mut steps: Vec<Step> = sqls.into_iter().map(Step::new).collect();
    if let Some(last) = steps.pop() {
        steps.push(last.renames());
    }
    steps
}

/// The same for what is a `word`, and perhaps takes arguments.
pub(super) fn move_named(
    word: &str,
    from: &Qualified,
    to: &Qualified,
    arguments: &str,
) -> Vec<Step> {
    move_steps(from, to, &|schema| {
        let at = Qualified { schema: schema.map(str::to_owned), name: from.name.clone() };
        format!("{word} {}{arguments}", at.sql())
    })
}
