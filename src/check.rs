//! The declaration, built on a scratch: PostgreSQL's own errors, pointed at the TOML.

use std::collections::BTreeSet;

use crate::compare::{self, CompareError};
use crate::declare::{self, Declaration};
use crate::id::Id;
use crate::oracle::{Lazy, Refusal};
use crate::report::Report;

/// Builds the declaration.
///
/// # Errors
/// Whatever is wrong with it, all at once; or a scratch that cannot be had.
pub async fn check(mut declaration: Declaration, scratch: &mut Lazy) -> Result<(), CompareError> {
    declare::resolve(&mut declaration, None);
    declare::check(&declaration, None)?;
    let all: Vec<Id> = declaration.catalog.objects.keys().cloned().collect();
    compare::parse_leaves(&mut declaration.catalog, &all)?;
    compare::check_settings(&declaration.catalog, all.iter(), None, scratch).await?;
    let built = scratch.get(None).await?.build(&declaration.catalog, &[]).await?;
    let refused: BTreeSet<&Id> =
        built.refusals.iter().filter_map(|refusal| refusal.object.as_ref()).collect();
    // What is inside an object that is refused is refused for want of it.
    let is_own = |refusal: &&Refusal| {
        let mut open = refusal.object.as_ref().map_or_else(Vec::new, Id::parents);
        while let Some(parent) = open.pop() {
            if refused.contains(&parent) {
                return false;
            }
            open.extend(parent.parents());
        }
        true
    };
    let own = built.refusals.iter().filter(is_own);
    let report: Report =
        own.map(|refusal| compare::diagnostic(&declaration.catalog, refusal)).collect();
    if report.has_errors() { Err(report.into()) } else { Ok(()) }
}
