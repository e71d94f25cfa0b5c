//! What the declaration leaves unsaid is taken over from the current side, and what nobody declares is
//! dropped, reported or left alone.

use std::collections::BTreeSet;

use super::{Manage, Undeclared};
use crate::catalog::{Catalog, Object, side_by_side};
use crate::grants::{OWNER, key_of};
use crate::id::Id;
use crate::kind::{Sides, abilities};

/// What became of the two sides when authority was settled.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Objects that nobody declares and that are left alone, to be reported.
    pub undeclared: Vec<Id>,
    /// Objects that nobody declares and that are dropped for it.
    pub dropped: BTreeSet<Id>,
    /// Declared objects of the cluster that are there otherwise than declared and are left alone:
    /// what is there, and what is declared.
    pub kept: Vec<(Id, Object, Object)>,
    /// How many partitions of declared parents were left alone, by parent.
    pub partitions: std::collections::BTreeMap<Id, usize>,
}

/// Settles what the declaration speaks for: what it leaves unsaid is taken over from the current
/// side, so that afterwards the two can simply be compared.
pub fn settle(current: &mut Catalog, desired: &mut Catalog, manage: &Manage) -> Scope {
    let mut scope = Scope::default();
    let schemas: BTreeSet<String> = match &manage.schemas {
        Some(list) => list.iter().cloned().collect(),
        None => desired.objects.keys().filter_map(|id| id.schema().map(str::to_owned)).collect(),
    };
    let everything = manage.everything();
    let managed_schema = |schema: &str| everything || schemas.contains(schema);
    // An ignored object is on neither side.
    if !manage.ignore.is_empty() {
        current.objects.retain(|id, _| !manage.ignored(id));
        desired.objects.retain(|id, _| !manage.ignored(id));
    }
    desired.all_grants = manage.grants == Some(true);
    // A role that is there and that nobody may change is on neither side.
    let of_cluster = |id: &Id| id.kind.def().cluster_wide;
    let hidden: BTreeSet<Id> = {
        let roles = desired.objects.keys().filter(|id| of_cluster(id));
        let there = roles.filter(|id| current.roles.contains(id.name()));
        there.filter(|id| !manage.roles || current.get(id).is_none()).cloned().collect()
    };
    scope.kept = hidden.iter().filter_map(|id| kept_as_it_is(id, current, desired)).collect();
    desired.objects.retain(|id, _| !hidden.contains(id));
    if !manage.roles {
        current.objects.retain(|id, _| !of_cluster(id));
    }
    let speaking: BTreeSet<Id> = if manage.grants.is_none() {
        let all = desired.objects.iter();
        all.filter(|(_, object)| object.origin.is_some() && object.grants.is_some())
            .map(|(id, _)| id.clone())
            .collect()
    } else {
        BTreeSet::new()
    };
    defaults(current, desired, manage);
    let renamed: BTreeSet<Id> =
        desired.objects.values().filter_map(|object| object.renamed_from.clone()).collect();
    let (mut outliving, mut merged) = (BTreeSet::new(), BTreeSet::new());
    let mut left_over = BTreeSet::new();
    {
        let cx = Sides { current, desired };
        for (id, there, wanted) in side_by_side(&current.objects, &desired.objects) {
            let Some(object) = there.filter(|_| wanted.is_none()) else { continue };
            if cx.outlives(id) {
                outliving.insert(id.clone());
            }
            if object.attrs.as_outliving().is_some_and(|it| it.is_merged(id, &cx)) {
                merged.insert(id.clone());
            }
            if object.attrs.as_unsaid().is_some_and(|it| it.is_left_over(id, &cx)) {
                left_over.insert(id.clone());
            }
        }
    }
    let mut unspoken: Vec<Id> = Vec::new();
    let mut kept: Vec<(Id, Object)> = Vec::new();
    let mut left_alone: BTreeSet<Id> = BTreeSet::new();
    for (id, there, wanted) in side_by_side(&current.objects, &desired.objects) {
        let Some(object) = there.filter(|_| wanted.is_none() && !renamed.contains(id)) else {
            continue;
        };
        let parents: Vec<Id> =
            id.parents().into_iter().filter(|p| current.get(p).is_some()).collect();
        let parent_left = parents.iter().any(|parent| left_alone.contains(parent));
        let parent_declared = parents
            .iter()
            .any(|parent| desired.objects.contains_key(parent) || renamed.contains(parent));
        if parent_declared && left_over.contains(id) {
            continue;
        }
        let managed = match id.schema() {
            Some(schema) => managed_schema(schema),
            // What is the cluster's is asked about above; who reads is never dropped.
            None if of_cluster(id) => id.name() != current.server.user,
            None if id.kind.def().given => false,
            // A schema that is only listed is never dropped.
            None => everything && !keeps(id),
        };
        let spoken_for = match id.kind.def().sort {
            crate::kind::Sort::DefaultPrivileges => manage.default_privileges.unwrap_or(false),
            crate::kind::Sort::Grants => manage.grants == Some(true),
            crate::kind::Sort::Object => true,
        };
        let maker = object.attrs.as_companion().and_then(|it| it.made_by(id));
        // One that names another of the kind makes none.
        let with_maker = maker.is_some_and(|maker| {
            let others = |object: &Object| {
                let named = object.attrs.references(&maker);
                named.iter().any(|other| other.kind == id.kind && other != id)
            };
            desired.get(&maker).is_some_and(|object| !others(object))
        });
        // Children of merged objects are handled by the surviving object.
        if outliving.contains(id) && parents.iter().any(|parent| merged.contains(parent)) {
            continue;
        }
        let settled = parent_declared
            && object.attrs.as_unsaid().is_some_and(abilities::Unsaid::is_settled)
            && object.is_unremarked();
        if with_maker
            || merged.contains(id)
            || settled
            || !spoken_for
            || parent_left && !parent_declared
        {
            left_alone.insert(id.clone());
            kept.push((id.clone(), object.clone()));
            continue;
        }
        // A partition may have partitions itself.
        let above = |id: &Id| {
            let object = current.get(id)?;
            object.attrs.as_child().and_then(abilities::Child::partition_parent)
        };
        let mut line = std::iter::successors(above(id), above).take(100);
        if !manage.partitions
            && let Some(parent) = line.find(|parent| desired.objects.contains_key(parent))
        {
            *scope.partitions.entry(parent).or_default() += 1;
            left_alone.insert(id.clone());
            kept.push((id.clone(), object.clone()));
            continue;
        }
        let part = id.kind.def().part || id.kind.def().sort == crate::kind::Sort::Grants;
        if part && (parent_declared || managed && id.parents().is_empty()) {
            continue;
        }
        if !managed {
            left_alone.insert(id.clone());
            kept.push((id.clone(), object.clone()));
            continue;
        }
        let outlives = outliving.contains(id) && parent_declared;
        if outlives
            && !(manage.grants == Some(true)
                || parents.iter().any(|parent| speaking.contains(parent)))
        {
            unspoken.push(id.clone());
        }
        match manage.undeclared {
            // A part of a column is the column's declaration's affair, not an object that
            // somebody made beside it.
            Undeclared::Drop if outlives || id.kind.def().single && parent_declared => {}
            Undeclared::Drop => {
                scope.dropped.insert(id.clone());
            }
            choice => {
                left_alone.insert(id.clone());
                if outlives || id.kind.def().single && parent_declared {
                    left_alone.remove(id);
                    continue;
                }
                if choice == Undeclared::Report {
                    scope.undeclared.push(id.clone());
                }
                kept.push((id.clone(), object.clone()));
            }
        }
    }
    // What is not spoken of stays as it is.
    for id in unspoken {
        if let Some(object) = current.objects.get_mut(&id) {
            object.grants = None;
        }
    }
    let gone = |desired: &Catalog, id: &Id| {
        current.get(id).is_some() && desired.get(id).is_none() && !renamed.contains(id)
    };
    let wanted: BTreeSet<Id> = kept.iter().map(|(id, _)| id.clone()).collect();
    for (id, mut object) in kept {
        // What goes with an object that goes is not kept.
        let hosts = object.attrs.dropped_with(&id);
        if hosts.iter().any(|host| gone(desired, host) && !wanted.contains(host)) {
            continue;
        }
        object.namespace = None;
        object.origin = None;
        desired.objects.insert(id, object);
    }
    scope
}

/// A declared object of the cluster that is left alone, if its own attributes are otherwise.
fn kept_as_it_is(id: &Id, current: &Catalog, desired: &Catalog) -> Option<(Id, Object, Object)> {
    let (mut there, mut wanted) = (current.get(id)?.clone(), desired.get(id)?.clone());
    wanted.origin.as_ref()?;
    for object in [&mut there, &mut wanted] {
        if let Some(it) = object.attrs.as_unsaid_mut() {
            it.without_belongings();
        }
    }
    (there.attrs != wanted.attrs).then(|| (id.clone(), there, wanted))
}

/// What is never dropped: the `public` schema of a fresh database.
fn keeps(id: &Id) -> bool {
    id.kind.def().keeps.contains(&id.name())
}

/// Owners, privileges and versions that the declaration does not speak of are as they are.
fn defaults(current: &Catalog, desired: &mut Catalog, manage: &Manage) {
    let with_grants: BTreeSet<Id> = desired
        .objects
        .iter()
        .filter(|(id, object)| object.grants.is_some() && !id.kind.def().children.is_empty())
        .map(|(id, _)| id.clone())
        .collect();
    let user = current.server.user.clone();
    let mut all = current.objects.iter().peekable();
    for (id, object) in &mut desired.objects {
        let def = id.kind.def();
        while all.next_if(|(other, _)| *other < id).is_some() {}
        let there = all.peek().filter(|(other, _)| *other == id).map(|(_, there)| *there);
        let there = there.or_else(|| current.get(object.renamed_from.as_ref()?));
        if def.owned {
            if manage.owners == Some(false) {
                object.owner = None;
            } else if object.owner.is_none() && manage.owners == Some(true) {
                object.owner = manage.owner.clone();
            }
            if object.owner.is_none() {
                object.owner = Some(
                    there.and_then(|there| there.owner.clone()).unwrap_or_else(|| user.clone()),
                );
            }
        }
        if def.rights.is_some() {
            let parent_speaks = !with_grants.is_empty()
                && id.parents().iter().any(|parent| with_grants.contains(parent));
            match manage.grants {
                Some(false) => object.grants = None,
                Some(true) => {
                    object.grants.get_or_insert_default();
                }
                None if parent_speaks => {
                    object.grants.get_or_insert_default();
                }
                None => {}
            }
            if object.grants.is_none() {
                // What is not spoken of stays as it is; a new object gets what the server gives.
                object.grants = there.and_then(|there| there.grants.clone());
            }
        }
        // The owner by name is the owner.
        if let (Some(rights), Some(mut grants)) = (def.rights, object.grants.take()) {
            if let Some(own) =
                object.owner.as_ref().and_then(|owner| grants.by_owner.remove(&key_of(owner)))
            {
                grants.by_owner.entry(OWNER.to_owned()).or_insert(own);
            }
            let major = current.server.major();
            let grants = grants.owned_by(object.owner.as_deref(), rights, major);
            let mut grants = grants.without_built_in(rights, major);
            if let Some(held) = there.and_then(|there| there.grants.as_ref())
                && !current.server.acts_for(object.owner.as_deref())
            {
                grants.pass_on(held, &user);
            }
            object.grants = Some(grants);
        }
        // What brings objects brings its own comment with them.
        if def.provides && object.comment.is_none() {
            object.comment = there.and_then(|there| there.comment.clone());
        }
        if manage.undeclared != Undeclared::Drop
            && let Some(there) = there
            && let Some(it) = object.attrs.as_unsaid_mut()
        {
            it.keep_names(&there.attrs);
        }
        if !manage.extension_versions
            && let Some(there) = there
            && let Some(it) = object.attrs.as_unsaid_mut()
        {
            it.forget_version(&there.attrs);
        }
    }
    parts_by_owner(desired, current);
    if manage.grants == Some(false) {
        desired.objects.retain(|id, _| id.kind.def().sort != crate::kind::Sort::Grants);
    }
    if manage.default_privileges == Some(false) {
        desired.objects.retain(|id, _| id.kind.def().sort != crate::kind::Sort::DefaultPrivileges);
    }
}

/// What is part of an owned object has that owner: a column's privileges, granted to or by the owner's name.
fn parts_by_owner(desired: &mut Catalog, current: &Catalog) {
    let granted = |object: &Object| object.grants.as_ref().is_some_and(|grants| !grants.is_empty());
    let parts: Vec<Id> = desired
        .objects
        .iter()
        .filter(|(id, object)| !id.kind.def().owned && granted(object))
        .map(|(id, _)| id.clone())
        .collect();
    for id in parts {
        let owner = id.parents().iter().find_map(|parent| desired.get(parent)?.owner.clone());
        let Some(rights) = id.kind.def().rights else { continue };
        let Some(object) = desired.objects.get_mut(&id) else { continue };
        let major = current.server.major();
        object.grants = object.grants.take().map(|grants| {
            let grants = grants.given_to(owner.as_deref(), rights, major);
            let mut grants = grants.without_built_in(rights, major);
            if let Some(held) = current.get(&id).and_then(|there| there.grants.as_ref())
                && !current.server.acts_for(owner.as_deref())
            {
                grants.pass_on(held, &current.server.user);
            }
            grants
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> Id {
        text.parse().unwrap()
    }

    fn object(kind: crate::kind::Kind, json: serde_json::Value) -> Object {
        Object::new((kind.def().parse)(&json).unwrap())
    }

    #[test]
    fn attributes_of_a_role_are_compared_and_left_alone() {
        let role = id("role:app");
        let side = |json| {
            let mut catalog = Catalog::default();
            catalog.roles.insert("app".to_owned());
            let mut object = object(role.kind, json);
            object.origin = Some(crate::source::Origin { file: "r.toml".into(), start: 0, end: 0 });
            catalog.objects.insert(role.clone(), object);
            catalog
        };
        let set = serde_json::json!({ "work_mem": "1MB" });
        let of = |json, manage: &Manage| {
            let (mut current, mut desired) = (side(json), side(serde_json::json!({ "set": set })));
            let scope = settle(&mut current, &mut desired, manage);
            (scope.kept.len(), desired.objects.len())
        };
        let manage = Manage::default();
        assert_eq!(
            of(serde_json::json!({ "superuser": true, "bypassrls": true }), &manage),
            (1, 0)
        );
        assert_eq!(of(serde_json::json!({}), &manage), (0, 0));
        let manage = Manage { roles: true, ..manage };
        assert_eq!(of(serde_json::json!({ "superuser": true }), &manage), (0, 1));
    }

    #[test]
    fn the_tables_of_a_publication_are_the_publications_affair() {
        let publication = id("publication:p");
        let other = id("publication:q");
        let table = id("table:public.t");
        let published = |of: &Id| id(&format!("publication_table:{}.\"public.t\"", of.name()));
        let nothing = || serde_json::json!({});
        let mut current = Catalog::default();
        for id in [&publication, &other, &table, &published(&publication), &published(&other)] {
            current.objects.insert(id.clone(), object(id.kind, nothing()));
        }
        let mut desired = Catalog::default();
        for id in [&publication, &table] {
            desired.objects.insert(id.clone(), object(id.kind, nothing()));
        }
        settle(&mut current.clone(), &mut desired, &Manage::default());
        let left: Vec<String> = desired.objects.keys().map(Id::to_string).collect();
        let kept = [
            "table:public.t",
            "publication:p",
            "publication:q",
            "publication_table:q.\"public.t\"",
        ];
        assert_eq!(left, kept);

        // A table that goes is in no publication any more, whoever declares it.
        let mut desired = Catalog::default();
        let manage = Manage {
            schemas: Some(vec!["public".to_owned()]),
            undeclared: Undeclared::Drop,
            ..Manage::default()
        };
        settle(&mut current, &mut desired, &manage);
        let left: Vec<String> = desired.objects.keys().map(Id::to_string).collect();
        assert_eq!(left, ["publication:p", "publication:q"]);
    }
}
