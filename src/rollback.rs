//! The way back: what a plan has changed becomes what it was. It is planned like any other change, from whatever is there
//! to what was there before; what no plan can bring back, rows and values, is named.

use std::collections::BTreeSet;

use crate::catalog::Catalog;
use crate::compare::{self, CompareError};
use crate::declare::Declaration;
use crate::hazard::Hazard;
use crate::id::Id;
use crate::oracle::Lazy;
use crate::plan::{Action, Plan};
use crate::prove::{self, ProveError};
use crate::snapshot::{Part, SnapshotError};

/// Why there is no way back.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum RollbackError {
    /// The plan was saved without what was there before.
    #[error(
        "the plan does not say what was there before it; save it with `plumb plan --out FILE.json`"
    )]
    Unknown,
    /// What it says was there before could not be understood.
    #[error("what the plan says was there before could not be understood: {0}")]
    Part(#[from] SnapshotError),
    /// There is no way from what is there to what was there before.
    #[error(transparent)]
    Compare(#[from] CompareError),
    /// The plan itself could not be tried.
    #[error(transparent)]
    Prove(#[from] ProveError),
    /// The plan itself fails.
    #[error("the plan itself fails, so that there is nothing to go back from: {0}")]
    Fails(String),
}

/// What a plan starts from, for [`target`].
#[must_use]
pub fn part(plan: &Plan, current: &Catalog) -> Part {
    let renamed = plan.changes.iter().filter_map(|change| change.from.as_ref());
    Part::of(current, plan.ids().chain(renamed))
}

/// What the declaration of the way back is: what is there, with all that the plan may have changed as it was.
///
/// # Errors
/// If the plan does not say what was there.
pub fn target(plan: &Plan, current: Catalog) -> Result<Declaration, RollbackError> {
    let part = plan.back.clone().ok_or(RollbackError::Unknown)?;
    let there: BTreeSet<Id> = current.objects.keys().cloned().collect();
    Ok(declared(plan, part.put_back(current)?, &there))
}

/// A catalog as a declaration to which what the plan has renamed is renamed back.
fn declared(plan: &Plan, before: Catalog, there: &BTreeSet<Id>) -> Declaration {
    let mut declaration = compare::whole(before);
    for change in &plan.changes {
        if let Some(from) = &change.from
            && there.contains(&change.object)
            && !there.contains(from)
            && let Some(object) = declaration.catalog.objects.get_mut(from)
        {
            object.renamed_from = Some(change.object.clone());
        }
    }
    declaration
}

/// The plan that leads back from what `plan` leaves to `current`: both are made on a scratch, and compared there.
///
/// # Errors
/// Why there is no such plan.
pub async fn plan(plan: &Plan, current: &Catalog, lazy: &mut Lazy) -> Result<Plan, RollbackError> {
    let (before, mut after) = match prove::ends(current, plan, lazy).await? {
        Ok(ends) => ends,
        Err(message) => return Err(RollbackError::Fails(message)),
    };
    let there: BTreeSet<Id> = after.objects.keys().cloned().collect();
    let declaration = declared(plan, before, &there);
    after.server.clone_from(&current.server);
    for (id, object) in &mut after.objects {
        // What is new is small; what was there is as large as it was.
        if let Some(there) = current.get(id) {
            (object.size, object.large, object.in_use) = (there.size, there.large, there.in_use);
        }
    }
    let mut back = Box::pin(compare::compare(after, declaration, lazy, false)).await?;
    note_losses(&mut back);
    Ok(back)
}

/// Says what the way back of a plan means: what the plan has made goes because of that, and something of what it has
/// dropped does not come back.
pub fn explain(back: &mut Plan, plan: &Plan) {
    let made: BTreeSet<&Id> = plan.ids().collect();
    for change in back.changes.iter_mut().filter(|change| made.contains(&change.object)) {
        change.undeclared = false;
    }
    let Plan { changes, transactions, .. } = back;
    for step in transactions.iter_mut().flat_map(|transaction| &mut transaction.steps) {
        let undeclared = step.object(changes).is_none_or(|object| !made.contains(object));
        step.hazards.retain(|hazard| undeclared || hazard.name != Hazard::UndeclaredDrop);
    }
    note_losses(back);
}

fn note_losses(back: &mut Plan) {
    let empty = |change: &&crate::plan::Change| {
        let def = change.object.kind.def();
        matches!(change.action, Action::Create) && (def.holds_rows || def.shapes)
    };
    let made: BTreeSet<&Id> = back.changes.iter().filter(empty).map(|it| &it.object).collect();
    let whole = made.iter().filter(|id| !id.parents().iter().any(|parent| made.contains(parent)));
    let lost: Vec<String> = whole
        .map(|id| {
            let what = if id.kind.def().holds_rows { "rows" } else { "values" };
            format!("{id} comes back without the {what} that it had: only a backup has them")
        })
        .collect();
    back.notes.extend(lost);
}
