//! The pass `gate`: what the statements themselves destroy, from their parse trees alone. A saved plan says its
//! hazards too, and whoever edits the file can edit those; here they are derived again from what will run.
//!
//! Data is lost by dropping a table, a column, an attribute, a sequence or an extension, and by a conversion that does
//! not look at the old value. A table whose rows the plan itself saves and restores loses none, but for the columns that
//! it leaves out ([`rows`]), nor does a sequence whose position another one takes over. What a statement cannot tell,
//! whether a column is computed, stands in [`PlannedStep::harmless`], and is compared with the database before anything
//! runs ([`excuse`]). A loss is said of the object that the step is for, so that what is allowed of one object is not
//! allowed of another.

mod block;
mod counter;
pub(crate) mod excuse;
mod form;
mod history;
pub(super) mod named;
mod retype;
mod routine;
mod rows;
mod target;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Change, PlannedStep, Transaction};
use crate::catalog::Catalog;
use crate::hazard::Hazard;
use crate::id::Id;
use crate::kind::{Kind, abilities};
use crate::sql::piece;
use crate::sql::quote::ident;
use crate::sql::tree::{self, Class, node};
use crate::sql::type_name::TypeName;
use crate::step::StepHazard;
use counter::{Bounds, Restarted};
use history::History;
use named::{Group, changed_of_cluster, drops};
use retype::{Domains, Retyped};
use rows::Kept;
use target::{Said, Target};

/// What one statement destroys.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Loss {
    /// The hazard that has to say so.
    pub(crate) gate: Hazard,
    /// Its path, by the names from before the plan.
    path: Vec<String>,
    /// Its path, as the statement has it.
    now: Vec<String>,
    group: Group,
}

impl Loss {
    /// How [`PlannedStep::harmless`] names it: `column public.client.total`.
    pub(crate) fn key(&self) -> String {
        let word = match self.group {
            Group::Relation => "relation",
            Group::Column => "column",
            Group::Attribute => "attribute",
            Group::Type => "type",
            Group::Routine => "routine",
            Group::Other(_) => "object",
        };
        let path: Vec<String> = self.path.iter().map(|part| ident(part)).collect();
        format!("{word} {}", path.join("."))
    }

    /// Whether its name has a schema, if it lives in one.
    fn is_qualified(&self) -> bool {
        self.now.len()
            >= match self.group {
                Group::Relation | Group::Type | Group::Routine => 2,
                Group::Column | Group::Attribute => 3,
                Group::Other(_) => 1,
            }
    }

    /// Whether it is of the object or of a part of it. Of other sorts of objects a path of several names says nothing that
    /// could be compared.
    fn concerns(&self, object: &Id) -> bool {
        let path: Vec<&str> = match object.path.split_last() {
            Some((_, above)) => {
                above.iter().map(String::as_str).chain([object.bare_name()]).collect()
            }
            None => Vec::new(),
        };
        let of = |loss: &Vec<String>| {
            path.len() > 1
                && loss.len() >= path.len()
                && loss.iter().zip(&path).all(|(a, b)| a == b)
        };
        let alone = |loss: &Vec<String>| match loss.as_slice() {
            [name] => object.path.first() == Some(name),
            _ => true,
        };
        let in_schema = [Kind::RELATIONS, Kind::TYPES, Kind::ROUTINES];
        let is_outside = !in_schema.iter().any(|kinds| kinds.contains(&object.kind));
        let is_other = is_outside && object.parents().is_empty();
        // A user mapping stands behind its server.
        let is_part =
            |loss: &Vec<String>| is_outside && !object.parents().is_empty() && *loss == object.path;
        match self.group {
            Group::Other(_) => {
                is_other && (alone(&self.path) || alone(&self.now)) || is_part(&self.path)
            }
            _ => of(&self.path) || of(&self.now),
        }
    }

    fn message(&self) -> String {
        let key = self.key();
        match (self.gate, self.group) {
            (Hazard::PrivilegeChange, _) => {
                let role = self.path.join(".");
                format!("role {role} gets SUPERUSER, BYPASSRLS, REPLICATION or CREATEROLE")
            }
            (Hazard::DataLoss, Group::Relation) => format!("what {key} holds is lost"),
            (Hazard::DataLoss, _) => format!("values of {key} are lost"),
            _ => format!("{key} is dropped and not made again"),
        }
    }
}

/// A statement that no plan contains, by its number from 0.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Foreign {
    /// The number of the statement.
    pub(crate) step: usize,
    /// Why it is none of a plan's.
    pub(crate) why: String,
}

/// Adds the hazards that the kinds have not said, and lists what only looks like a loss. `current` has the names that
/// the plan gives already.
pub(crate) fn gate(transactions: &mut [Transaction], changes: &[Change], current: &Catalog) {
    let read = read(transactions);
    let steps = transactions.iter_mut().flat_map(|transaction| &mut transaction.steps);
    for (step, touches) in steps.zip(read.touches(changes)) {
        step.touches = touches;
    }
    let may_lose = |step: &PlannedStep| {
        let sql = step.sql.as_str();
        ["DROP ", "CREATE ROLE ", "ALTER ROLE "].iter().any(|word| sql.starts_with(word))
            || sql.starts_with("ALTER ")
                && [" DROP ", " USING "].iter().any(|word| sql.contains(word))
    };
    if !transactions.iter().flat_map(|transaction| &transaction.steps).any(may_lose) {
        return;
    }
    let gone = gone(transactions);
    let saved = read.saved.iter().map(|(kept, _)| kept.table.clone()).collect();
    let unsaved = read.unsaved(current);
    let steps = transactions.iter_mut().flat_map(|transaction| &mut transaction.steps);
    for (at, (step, losses)) in steps.zip(&read.losses).enumerate() {
        let said = step.hazards.iter().any(|hazard| hazard.name == Hazard::DataLoss);
        for (_, column) in unsaved.iter().filter(|(restores, _)| !said && *restores == at) {
            let column = column.last().map_or("", String::as_str);
            let message = format!("the values of column {column} are lost");
            step.hazards.push(StepHazard { name: Hazard::DataLoss, message });
        }
        for loss in losses {
            if step.hazards.iter().any(|hazard| hazard.name == loss.gate) {
                continue;
            }
            let goes = |id: &Id| gone.contains(id);
            if excuse::is_harmless(loss, &loss.now, &saved, &goes, current) {
                step.harmless.insert(loss.key());
            } else {
                step.hazards.push(StepHazard { name: loss.gate, message: loss.message() });
            }
        }
    }
}

/// Checks that a plan has no statement which no plan contains, and says all that its statements destroy, of the objects
/// that they destroy.
///
/// # Errors
/// The first statement that is otherwise, by its number from 0, and why.
pub(crate) fn check(transactions: &[Transaction], changes: &[Change]) -> Result<(), Foreign> {
    let read = read(transactions);
    let touches = read.touches(changes);
    let Read { mut losses, foreign, saved, of_cluster, owners, unsaid, .. } = read;
    if let Some(foreign) = foreign {
        return Err(foreign);
    }
    for (step, (planned, touches)) in steps(transactions).zip(touches).enumerate() {
        if let Some(unsaid) = touches.difference(&planned.touches).next() {
            let why = format!("it changes {unsaid}, of which the plan says nothing");
            return Err(Foreign { step, why });
        }
        let Some(object) = planned.object(changes) else {
            if unsaid.contains(&step) {
                let why = "the plan does not say what it is for".to_owned();
                return Err(Foreign { step, why });
            }
            continue;
        };
        if let Some(path) = owners.get(&step) {
            // An operator class stands behind its access method.
            let name = (object.kind.def().name_in_key)(object.name());
            let names = |wanted: &str| path.iter().any(|part| part == wanted);
            if !names(object.first()) || !names(object.bare_name()) && !names(name) {
                let name = path.join(".");
                let why =
                    format!("it gives {name} another owner, and the plan says it of {object}");
                return Err(Foreign { step, why });
            }
        }
        let def = object.kind.def();
        if let Some(named) = of_cluster.get(&step)
            && !matches!(object.path.as_slice(), [name] if named.contains(name) && (def.cluster_wide || def.given))
        {
            let named = named.join(", ");
            let why = format!("it changes {named}, and the plan says it of {object}");
            return Err(Foreign { step, why });
        }
    }
    // What is lost between saving and restoring is said where the rows are restored.
    for (Kept { table: now, restored: (step, _), .. }, path) in saved {
        let said = |hazard: &StepHazard| hazard.name == Hazard::DataLoss;
        if steps(transactions).nth(step).is_some_and(|planned| planned.hazards.iter().any(said)) {
            let (gate, group) = (Hazard::DataLoss, Group::Relation);
            losses[step].push(Loss { gate, path, now, group });
        }
    }
    for (step, (planned, losses)) in steps(transactions).zip(losses).enumerate() {
        let said = |gate: Hazard| planned.hazards.iter().any(|hazard| hazard.name == gate);
        for loss in &losses {
            let harmless = excuse::is_excusable(loss) && planned.harmless.contains(&loss.key());
            let why = if !loss.is_qualified() {
                format!("{}, and it is named without its schema", loss.message())
            } else if !said(loss.gate) && !harmless {
                format!("{}, and the plan does not say `{}`", loss.message(), loss.gate)
            } else if said(loss.gate)
                && !planned.object(changes).is_some_and(|object| loss.concerns(object))
            {
                let object = planned.object(changes).map_or("nothing".to_owned(), Id::to_string);
                format!("{}, and the plan says it of {object}", loss.message())
            } else {
                continue;
            };
            return Err(Foreign { step, why });
        }
    }
    Ok(())
}

/// What the plan says to be harmless and is not, by the database that it is to be applied to.
pub(crate) fn not_harmless(transactions: &[Transaction], current: &Catalog) -> Vec<String> {
    let read = read(transactions);
    let gone = gone(transactions);
    let goes = |id: &Id| gone.contains(id) && read.drops(id, current);
    let saved = read.saved_paths();
    let unsaved = read.unsaved(current);
    let mut found = Vec::new();
    for (step, (planned, losses)) in steps(transactions).zip(&read.losses).enumerate() {
        let said = |gate: Hazard| planned.hazards.iter().any(|hazard| hazard.name == gate);
        for loss in losses.iter().filter(|loss| !said(loss.gate)) {
            // An attribute is no object, and neither is a column that a table has from its parent: their owners are.
            let there = |path: &[String]| {
                let owner = match loss.group {
                    Group::Attribute | Group::Column => path.split_last().map(|(_, owner)| owner),
                    _ => None,
                };
                let is = |of: &[String]| current.objects.keys().any(|id| id.path == of);
                is(path) || owner.is_some_and(is)
            };
            let paths = [&loss.path, &loss.now].into_iter().filter(|path| there(path));
            let mut held =
                paths.map(|path| excuse::is_harmless(loss, path, &saved, &goes, current));
            if held.any(|harmless| !harmless) {
                found.push(loss.message());
            }
        }
        if !said(Hazard::DataLoss) {
            found.extend(read.retyped.get(&step).into_iter().flatten().filter_map(|retyped| {
                let loses = retyped.loses(current)?;
                Some(format!("column {}: {loses}", retyped.column.join(".")))
            }));
            let restarted = read.restarted.get(&step).into_iter().flatten();
            found.extend(restarted.filter_map(|restarted| restarted.loses(current)));
        }
        for (_, column) in unsaved.iter().filter(|(restores, _)| *restores == step) {
            if !said(Hazard::DataLoss) {
                found.push(format!("values of column {} are lost", column.join(".")));
            }
        }
    }
    found
}

fn steps(transactions: &[Transaction]) -> impl Iterator<Item = &PlannedStep> {
    transactions.iter().flat_map(|transaction| &transaction.steps)
}

/// The objects that the plan leaves no more.
fn gone(transactions: &[Transaction]) -> BTreeSet<Id> {
    let all = transactions.iter().flat_map(|transaction| &transaction.after);
    all.filter(|(_, after)| after.is_none()).map(|(id, _)| id.clone()).collect()
}

/// What the statements of a plan say.
struct Read {
    /// What each destroys.
    losses: Vec<Vec<Loss>>,
    /// The first that is none of a plan's.
    foreign: Option<Foreign>,
    /// The tables whose rows are saved and restored, with their names before the plan.
    saved: Vec<(Kept, Vec<String>)>,
    /// What the statements drop, by the names in them and before the plan.
    dropped: BTreeSet<Vec<String>>,
    /// The roles and databases that a statement changes, by its number from 0.
    of_cluster: BTreeMap<usize, Vec<String>>,
    /// The columns that get another type by no more than casts, by the number of the statement.
    retyped: BTreeMap<usize, Vec<Retyped>>,
    /// The sequences that begin again, by the number of the statement.
    restarted: BTreeMap<usize, Vec<Restarted>>,
    /// What gets another owner, by the number of the statement.
    owners: BTreeMap<usize, Vec<String>>,
    /// Statements that a plan contains only for a change.
    unsaid: BTreeSet<usize>,
    /// Old and new names of columns.
    renames: rows::Renames,
    /// What each statement changes and the plan does not make.
    targets: Vec<Vec<Target>>,
}

impl Read {
    /// What each statement changes that these changes say nothing of.
    fn touches(&self, changes: &[Change]) -> Vec<BTreeSet<String>> {
        let said = Said::of(changes);
        let unsaid = |targets: &Vec<Target>| {
            targets.iter().filter(|target| !said.covers(target)).map(Target::shown).collect()
        };
        self.targets.iter().map(unsaid).collect()
    }

    /// The saved tables by all their names.
    fn saved_paths(&self) -> BTreeSet<Vec<String>> {
        self.saved.iter().flat_map(|(kept, old)| [kept.table.clone(), old.clone()]).collect()
    }

    /// Whether a statement drops the object, or the table that it is a part of, or the parent of that.
    fn drops(&self, id: &Id, catalog: &Catalog) -> bool {
        if self.dropped.contains(&id.path) {
            return true;
        }
        let mut at = id.parents().into_iter().find(|parent| catalog.get(parent).is_some());
        for _ in 0..100 {
            let Some(table) = at else { return false };
            if self.dropped.contains(&table.path) {
                return true;
            }
            at = catalog.get(&table).and_then(|object| {
                object.attrs.as_child().and_then(abilities::Child::partition_parent)
            });
        }
        false
    }

    /// The columns of saved tables whose values are not saved, or not restored, with the number of the statement that
    /// restores. One that is computed has no values to be saved.
    fn unsaved(&self, catalog: &Catalog) -> Vec<(usize, Vec<String>)> {
        let mut found = Vec::new();
        for (kept, old) in &self.saved {
            let (step, restored) = &kept.restored;
            let table = [old, &kept.table].into_iter().find(|path| {
                catalog.objects.keys().any(|id| id.kind.def().holds_rows && id.path == **path)
            });
            let Some(table) = table else { continue };
            for kind in Kind::ALL.iter().filter(|kind| kind.def().shapes) {
                for (id, object) in catalog.below(*kind, table) {
                    let computed =
                        object.attrs.as_values().is_none_or(abilities::Values::is_computed);
                    let has = |columns| rows::has(columns, id.name(), &self.renames);
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

fn read(transactions: &[Transaction]) -> Read {
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
    let mut under_role = false;
    let mut of_cluster = BTreeMap::new();
    let (mut retyped, mut restarted) = (BTreeMap::new(), BTreeMap::new());
    let (mut owners, mut unsaid) = (BTreeMap::new(), BTreeSet::new());
    let (mut losses, mut saved, mut dropped) = (Vec::new(), Vec::new(), BTreeSet::new());
    let mut targets = Vec::new();
    for (step, statement) in statements.iter().enumerate() {
        let Some((kind, fields)) = statement else {
            losses.push(Vec::new());
            targets.push(Vec::new());
            continue;
        };
        let known = form::check(kind, fields, &history, step);
        let known = known.and_then(|()| form::check_role(kind, fields, &mut under_role));
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
            if group == Group::Relation
                && let Some(kept) = history.rows.kept(&path, step)
            {
                saved.push((kept, history.before(group, &path)));
            }
            dropped.extend([history.before(group, &path), path]);
        }
        losses.push(history.losses(step, kind, fields));
        history.renamed(kind, fields);
    }
    for (kept, old) in &saved {
        let retyped: &mut Vec<Retyped> = retyped.entry(kept.restored.0).or_default();
        let of = |(column, of): (&str, &TypeName)| Retyped::new(old, column, of.clone(), &domains);
        retyped.extend(kept.retyped().map(of));
    }
    let renames = history.rows.renames.clone();
    Read {
        losses,
        foreign,
        saved,
        dropped,
        of_cluster,
        retyped,
        restarted,
        owners,
        unsaid,
        renames,
        targets,
    }
}

#[cfg(test)]
mod tests;
