//! What the statements of a plan say, read in their order, and what of it the catalog can tell.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use pg_query::protobuf::ObjectType;
use serde_json::{Map, Value};

use super::counter::{self, Bounds, Restarted};
use super::excuse::upwards;
use super::history::History;
use super::named::{self, Group, changed_of_cluster, drops};
use super::retype::{Domains, Retyped};
use super::rows::{self, Kept};
use super::target::{Said, Target};
use super::{Foreign, Loss, form, moves, powers, steps};
use crate::catalog::Catalog;
use crate::hazard::Hazard;
use crate::id::Id;
use crate::kind::{Kind, abilities};
use crate::plan::{Change, Transaction};
use crate::sql::piece;
use crate::sql::tree::{self, Class, node};
use crate::sql::type_name::TypeName;

/// What the statements of a plan say.
pub(super) struct Read {
    /// What each destroys.
    pub(super) losses: Vec<Vec<Loss>>,
    /// The first that is none of a plan's.
    pub(super) foreign: Option<Foreign>,
    /// The tables whose rows are saved and restored.
    pub(super) saved: Vec<Kept>,
    /// What the statements drop, by the names in them and before the plan.
    pub(super) dropped: BTreeSet<Vec<String>>,
    /// The roles that a statement makes members of others, by its number from 0.
    pub(super) members: BTreeMap<usize, Vec<(String, String)>>,
    /// The roles that the plan frees from privileges.
    pub(super) empowered: BTreeSet<String>,
    /// The indexes that a statement drops with what needs them, by its number from 0.
    pub(super) cascades_at: BTreeMap<usize, Vec<(Vec<String>, Vec<String>)>>,
    /// The relations that a statement drops, by its number from 0, with their names in it and before the plan.
    pub(super) dropped_at: BTreeMap<usize, Vec<(Vec<String>, Vec<String>)>>,
    /// The roles and databases that a statement changes, by its number from 0.
    pub(super) of_cluster: BTreeMap<usize, Vec<String>>,
    /// The columns that get another type by no more than casts, by the number of the statement.
    pub(super) retyped: BTreeMap<usize, Vec<Retyped>>,
    /// The sequences that begin again, by the number of the statement.
    pub(super) restarted: BTreeMap<usize, Vec<Restarted>>,
    /// What gets another owner, by the number of the statement.
    pub(super) owners: BTreeMap<usize, Vec<String>>,
    /// Statements that a plan contains only for a change.
    pub(super) unsaid: BTreeSet<usize>,
    /// What each statement makes, changes or drops.
    pub(super) targets: Vec<Vec<Target>>,
    /// What the statements make, rename, save and tie.
    pub(super) history: History,
}

/// Which names the catalog has that is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// Those from before the plan.
    Before,
    /// Those that the statements say.
    Now,
}

impl Read {
    /// What each statement changes that these changes say nothing of.
    pub(super) fn touches(&self, changes: &[Change]) -> Vec<BTreeSet<String>> {
        let said = Said::of(changes);
        let unsaid = |targets: &Vec<Target>| {
            targets.iter().filter(|target| !said.covers(target)).map(Target::shown).collect()
        };
        self.targets.iter().map(unsaid).collect()
    }

    /// Whether the rows of a table are saved before the statement and restored after it.
    pub(super) fn saves(&self, table: &[String], step: usize, names: Names) -> bool {
        self.saved.iter().any(|kept| {
            let path = if names == Names::Now { &kept.table } else { &kept.before };
            path == table && kept.since < step && step < kept.restored.0
        })
    }

    /// Whether a statement before this one gives the relation another place.
    pub(super) fn moves(&self, relation: &[String], step: usize) -> bool {
        let ties = self.history.ties().iter();
        let tied = |tie: &moves::Tie| tie.step < step && tie.what.1 == relation;
        self.history.rows.moves(relation, 0..step) || ties.into_iter().any(tied)
    }

    /// The memberships that a statement gives in roles that are free of privileges. A role that the catalog does not have
    /// is one of the server's own, if the plan does not make it.
    pub(super) fn joined(&self, step: usize, catalog: &Catalog) -> Vec<String> {
        let of = Group::of(ObjectType::ObjectRole);
        let is_powerful = |role: &str| {
            let path = vec![role.to_owned()];
            let mut there = catalog
                .objects
                .iter()
                .filter_map(|(id, object)| object.attrs.as_empowered().filter(|_| id.path == path));
            match there.next() {
                Some(role) => role.has_powers(),
                None => !self.history.makes(of, &path),
            }
        };
        let joined = self.members.get(&step).into_iter().flatten();
        let joined = joined.filter(|(role, _)| {
            !role.starts_with("pg_") && (self.empowered.contains(role) || is_powerful(role))
        });
        joined.map(|(role, member)| format!("role {member} becomes a member of {role}")).collect()
    }

    /// The constraints of other tables that go with an index.
    pub(super) fn goes_with_index(&self, step: usize, catalog: &Catalog) -> Vec<String> {
        let mut found = Vec::new();
        for (_, index) in self.cascades_at.get(&step).into_iter().flatten() {
            let is = |id: &&Id| {
                Kind::INDEXES.contains(&id.kind)
                    && index.first().is_some_and(|schema| id.first() == schema)
                    && index.last().is_some_and(|name| id.name() == name)
            };
            let table = |id: &Id| id.path.get(..2).unwrap_or_default().to_vec();
            for id in catalog.objects.keys().filter(is) {
                let others = catalog.needs.dependents(id).filter(|other| {
                    !other.parents().is_empty()
                        && table(other) != table(id)
                        && !is_below(&table(other), &table(id), catalog)
                        && !self.drops(other, catalog)
                });
                found.extend(others.map(|other| format!("{other} is dropped with {id}")));
            }
        }
        found
    }

    /// What is lost by dropping a table to a part of which another one has been attached.
    pub(super) fn attached_below(&self, step: usize, catalog: &Catalog) -> Vec<String> {
        let mut lost = Vec::new();
        for (now, dropped) in self.dropped_at.get(&step).into_iter().flatten() {
            let kept = self.history.rows.kept(now, step);
            for tie in self.history.ties().iter().filter(|tie| tie.is_partition && tie.step < step)
            {
                let saved = kept.as_ref().is_some_and(|kept| tie.step < kept.since);
                let parent = tie.to.as_ref().map(|(_, path)| path.as_slice());
                if !saved && parent.is_some_and(|of| is_below(of, dropped, catalog)) {
                    lost.push(format!("what relation {} holds is lost", tie.what.1.join(".")));
                }
            }
        }
        lost
    }

    /// Whether a statement drops the object, or the table that it is a part of, or the parent of that.
    pub(super) fn drops(&self, id: &Id, catalog: &Catalog) -> bool {
        if self.dropped.contains(&id.path) {
            return true;
        }
        let table = id.parents().into_iter().find(|parent| catalog.get(parent).is_some());
        upwards(table, catalog).any(|table| self.dropped.contains(&table.path))
    }

    /// The columns of saved tables whose values are not saved, or not restored, with the number of the statement that
    /// restores. One that is computed has no values to be saved.
    pub(super) fn unsaved(&self, catalog: &Catalog, names: Names) -> Vec<(usize, Vec<String>)> {
        let mut found = Vec::new();
        for kept in &self.saved {
            let (step, restored) = &kept.restored;
            let table = if names == Names::Now { &kept.table } else { &kept.before };
            for kind in Kind::ALL.iter().filter(|kind| kind.def().shapes) {
                for (id, object) in catalog.below(*kind, table) {
                    let computed =
                        object.attrs.as_values().is_none_or(abilities::Values::is_computed);
                    let has = |columns: &rows::Columns| {
                        columns.as_ref().is_none_or(|columns| {
                            columns.keys().any(|column| {
                                let old = kept.columns.get(column).unwrap_or(column);
                                let name = if names == Names::Now { column } else { old };
                                name == id.name()
                            })
                        })
                    };
                    let kept = computed || has(&kept.saved) && has(restored);
                    if !kept {
                        found.push((*step, id.path.clone()));
                    }
                }
            }
        }
        found
    }
}

/// Whether a table is a partition of another one, or of a partition of that.
fn is_below(table: &[String], of: &[String], catalog: &Catalog) -> bool {
    let mut ids = Kind::RELATIONS.iter().map(|kind| Id { kind: *kind, path: table.to_vec() });
    let own = ids.find(|id| catalog.get(id).is_some());
    upwards(own, catalog).skip(1).any(|id| id.path == of)
}

/// Reads the statements. What the transactions that are `done` rename has its new name already.
pub(super) fn read(transactions: &[Transaction], done: &BTreeSet<usize>) -> Read {
    let mut foreign = None;
    let mut parsed = Vec::new();
    for (step, planned) in steps(transactions).enumerate() {
        let read = piece::statement(&planned.sql).map_err(|error| error.to_string());
        let read = read.and_then(|()| {
            tree::parse(Class::Statements, &planned.sql).map_err(|error| error.to_string())
        });
        let read = read.and_then(|tree| match tree.as_array().map(Vec::as_slice) {
            Some([_]) => Ok(tree),
            _ => Err("it is not one statement".to_owned()),
        });
        match read {
            Ok(tree) => parsed.push(tree),
            Err(why) => {
                foreign = foreign.or(Some(Foreign { step, why }));
                parsed.push(Arc::default());
            }
        }
    }
    let statements: Vec<Option<(&str, &Map<String, Value>)>> =
        parsed.iter().map(|tree| tree.get(0).and_then(node)).collect();
    let of_steps = transactions.iter().enumerate();
    let of_steps: Vec<usize> =
        of_steps.flat_map(|(at, it)| std::iter::repeat_n(at, it.steps.len())).collect();
    let mut history = History::of(&statements, &of_steps);
    let domains = Domains::of(&statements);
    let (mut under_role, mut rules) = (false, false);
    let mut of_cluster = BTreeMap::new();
    let (mut retyped, mut restarted) = (BTreeMap::new(), BTreeMap::new());
    let (mut owners, mut unsaid) = (BTreeMap::new(), BTreeSet::new());
    let (mut losses, mut saved, mut dropped) = (Vec::new(), Vec::new(), BTreeSet::new());
    let (mut targets, mut dropped_at) = (Vec::new(), BTreeMap::new());
    let (mut members, mut empowered) = (BTreeMap::new(), BTreeSet::new());
    let mut cascades_at = BTreeMap::new();
    for (step, statement) in statements.iter().enumerate() {
        let Some((kind, fields)) = statement else {
            losses.push(Vec::new());
            targets.push(Vec::new());
            continue;
        };
        let known = form::check(kind, fields, &history, step);
        let known = known.and_then(|()| form::check_role(kind, fields, &mut under_role));
        let known = known.and_then(|()| form::check_rules(kind, fields, &mut rules));
        let changed = Target::of(kind, fields, &history);
        let known = known.and_then(|()| match changed.iter().find_map(Target::unqualified) {
            None => Ok(()),
            Some(name) => Err(format!("{name} is named without its schema")),
        });
        targets.push(changed);
        if let Err(why) = known {
            foreign = foreign.or(Some(Foreign { step, why }));
        }
        if let Some(changed) = changed_of_cluster(kind, fields) {
            of_cluster.insert(step, changed.into_iter().map(str::to_owned).collect());
        }
        retyped.insert(step, Retyped::of(kind, fields, &history, &domains));
        restarted.insert(step, Restarted::of(kind, fields, &history));
        if let Some(bound) = counter::bound(kind, fields) {
            let later = statements.iter().skip(step).flatten();
            if !later.clone().any(|(kind, fields)| Bounds::of(kind, fields).say(bound)) {
                let why = format!("it sets a counter to {bound}, which becomes none of its bounds");
                foreign = foreign.or(Some(Foreign { step, why }));
            }
        }
        owners.extend(named::new_owner_of(kind, fields).map(|path| (step, path)));
        if !form::is_lending(kind, fields) {
            unsaid.insert(step);
        }
        for (group, path) in drops(kind, fields) {
            let before = history.before(group, &path);
            if group == Group::Relation {
                saved.extend(history.rows.kept(&path, step).map(|kept| kept.before(&history)));
                let at: &mut Vec<_> = dropped_at.entry(step).or_default();
                at.push((path.clone(), before.clone()));
            }
            dropped.extend([before, path]);
        }
        if named::cascades(kind, fields) {
            cascades_at.extend(dropped_at.get(&step).cloned().map(|dropped| (step, dropped)));
        }
        dropped.extend(named::dropped_constraints(kind, fields).into_iter().map(|mut path| {
            let name = path.pop();
            let mut path = history.before(Group::Relation, &path);
            path.extend(name);
            path
        }));
        if *kind == "GrantRoleStmt" {
            members.insert(step, powers::members(fields));
        }
        let lost = history.losses(step, kind, fields);
        let powers = lost.iter().filter(|loss| loss.gate == Hazard::PrivilegeChange);
        empowered.extend(powers.flat_map(|loss| loss.path.clone()));
        losses.push(lost);
        if !done.contains(&of_steps[step]) {
            history.follow(step, kind, fields);
        }
    }
    for kept in &saved {
        let retyped: &mut Vec<Retyped> = retyped.entry(kept.restored.0).or_default();
        let of = |(column, of): (&str, &TypeName)| {
            let column = kept.columns.get(column).map_or(column, String::as_str);
            Retyped::new(&kept.before, column, of.clone(), &domains)
        };
        retyped.extend(kept.retyped().map(of));
    }
    Read {
        losses,
        foreign,
        saved,
        dropped,
        members,
        empowered,
        cascades_at,
        dropped_at,
        of_cluster,
        retyped,
        restarted,
        owners,
        unsaid,
        targets,
        history,
    }
}
