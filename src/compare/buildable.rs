//! Whatever a plan makes or changes is built on the scratch before the plan is shown: PostgreSQL's errors,
//! pointed at the declaration.

use std::collections::BTreeSet;

use super::refused::diagnostic;
use crate::catalog::Catalog;
use crate::id::Id;
use crate::oracle::{Built, Lazy, OracleError, Refusal, Scratch, closure, with_lent};
use crate::plan::{Action, Plan};
use crate::report::Report;

/// What a server says of a declaration that no other server takes either (manual, "PostgreSQL Error
/// Codes"): syntax, names that mean nothing or two things, definitions that contradict themselves, what no
/// server of the major version can do. What depends on the machine, on rights or on rows is left out.
const CERTAIN: &[&str] = &[
    "0A000", "22003", "22007", "22008", "22023", "22P02", "42601", "42602", "42611", "42622",
    "42701", "42702", "42703", "42704", "42710", "42723", "42725", "42803", "42804", "42809",
    "42830", "42846", "42883", "42939", "42P01", "42P02", "42P06", "42P07", "42P10", "42P13",
    "42P16", "42P17", "42P18", "42P20", "42P21", "42P22", "428C9", "42P08", "42P11", "42P14",
    "42P19", "54011", "54023",
];
/// Words of messages under codes of [`CERTAIN`] that depend on the machine all the same: locales, the time zones of its
/// database, and what the server was built with. A scratch speaks English (`lc_messages`).
const OF_THE_MACHINE: &[&str] = &[
    "locale",
    "collator",
    "encoding",
    "time zone",
    "this build",
    "compression method",
    "XML feature",
];
/// Those of names that an extension may bring.
const UNKNOWN_NAME: &[&str] = &["42703", "42704", "42883", "42P01", "42846", "22P02"];

/// Builds what the plan makes or changes, with what that needs as stubs. A text says why it was not
/// checked, where it was not.
///
/// # Errors
/// What PostgreSQL refuses, each with its place.
pub(super) async fn check(
    plan: &Plan,
    current: &Catalog,
    desired: &mut Catalog,
    scratch: &mut Lazy,
) -> Result<Option<String>, Report> {
    let made = |action: Action| !matches!(action, Action::Drop | Action::Rebuild);
    let declared = |id: &Id| desired.get(id).is_some_and(|object| object.origin.is_some());
    let seeds: BTreeSet<Id> = plan
        .changes
        .iter()
        .filter(|change| made(change.action))
        .map(|change| change.object.clone())
        .filter(|id| declared(id) && id.kind.def().on_scratch && !id.kind.def().is_anyway())
        .collect();
    if seeds.is_empty() {
        return Ok(None);
    }
    let major = current.server.major();
    let not_checked = |why: String| format!("the plan was not built on a scratch: {why}");
    let scratch = match scratch.get(Some(major).filter(|major| *major > 0)).await {
        Ok(scratch) if major == 0 || scratch.major() == major => scratch,
        Ok(scratch) => {
            let here = scratch.major();
            return Ok(Some(not_checked(format!("it is PostgreSQL {here}, the target {major}"))));
        }
        Err(error) => return Ok(Some(not_checked(error.to_string()))),
    };
    let answer =
        with_lent(current, desired, async |whole| refused(&seeds, current, whole, scratch).await);
    match answer.await {
        Ok(refused) => {
            let report: Report =
                refused.iter().map(|refusal| diagnostic(desired, refusal)).collect();
            if report.has_errors() { Err(report) } else { Ok(None) }
        }
        Err(error) => Ok(Some(not_checked(error.to_string()))),
    }
}

/// What is refused of the seeds for certain: in a database with what they need, and in one with all that
/// will be there.
async fn refused(
    seeds: &BTreeSet<Id>,
    current: &Catalog,
    whole: &Catalog,
    scratch: &Scratch,
) -> Result<Vec<Refusal>, OracleError> {
    let subset = closure(whole, seeds.iter().cloned(), false);
    let built = scratch.build(&subset, &[]).await?;
    if certain(seeds, current, &subset, built).is_empty() {
        return Ok(Vec::new());
    }
    let built = scratch.build(whole, &[]).await?;
    Ok(certain(seeds, current, whole, built))
}

/// The refusals that say something about the declaration itself.
fn certain(
    seeds: &BTreeSet<Id>,
    current: &Catalog,
    wanted: &Catalog,
    built: Built,
) -> Vec<Refusal> {
    let Built { catalog, refusals, .. } = built;
    let provides = wanted.objects.keys().filter(|id| id.kind.def().provides);
    let extensions_alike =
        provides.into_iter().all(|id| match (catalog.get(id), current.get(id)) {
            (Some(here), Some(there)) => here.attrs == there.attrs,
            (here, _) => here.is_some(),
        });
    let about: BTreeSet<Id> =
        refusals.iter().filter_map(|refusal| refusal.object.clone()).collect();
    refusals
        .into_iter()
        .filter(|refusal| {
            let code = refusal.code.as_str();
            CERTAIN.contains(&code)
                && !OF_THE_MACHINE.iter().any(|word| refusal.message.contains(word))
                && (extensions_alike || !UNKNOWN_NAME.contains(&code))
        })
        .filter(|refusal| {
            let Some(id) = refusal.object.as_ref().filter(|id| seeds.contains(id)) else {
                return false;
            };
            // Not for want of something else that was refused.
            let needs = closure(wanted, [id.clone()], false);
            !needs.objects.keys().any(|other| other != id && about.contains(other))
        })
        .collect()
}
