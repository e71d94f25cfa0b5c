//! SECURITY DEFINER without a search_path of its own.

use super::rule::{Level, rule};
use super::{Facts, Found};

rule! {
    /// A function or procedure is SECURITY DEFINER and does not set search_path.
    ///
    /// Why: it runs with the rights of its owner and looks names up in the search_path of the caller, who can put a table,
    /// function or operator of the same name first, and so lets the owner execute it (manual, "Writing SECURITY DEFINER
    /// Functions Safely").
    ///
    /// What to do: add `set search_path = SCHEMA, pg_temp` to it, with the schemas whose names it uses; or `set search_path =
    /// ''` and qualified names in the body.
    "security-definer-search-path" Some(Level::Error), check
}

fn check(facts: &Facts<'_>) -> Vec<Found> {
    let open = facts.survey.routines.iter().filter(|it| it.is_definer && !it.pins_path);
    open.map(|routine| Found {
        object: routine.id.clone(),
        message: format!(
            "{} {} is SECURITY DEFINER and does not set search_path",
            routine.id.kind.noun(),
            routine.id.dotted()
        ),
    })
    .collect()
}
