//! Names that are not as the house wants them.

use super::rule::rule;
use super::{Facts, Found};

rule! {
    /// A name does not have the form that `naming` of `[lint]` in plumb.toml says for its kind.
    ///
    /// Why: names of one form are found by search, need no quotes, and say what they are.
    ///
    /// What to do: rename the object, with `renamed_from`; or change the pattern. The rule is off until `rules` turns it on.
    /// `naming = { table = "[a-z_]+", index = "${table}_.*_idx" }` holds regular expressions for the whole name; `*` is for
    /// kinds that are not listed, and without `naming` it is `[a-z_][a-z0-9_]*`. `${table}` is the name of the table.
    "naming" None, check
}

fn check(facts: &Facts<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for id in facts.catalog.objects.keys() {
        // What has no name of its own, such as a default, is named by what it is part of.
        if id.kind.def().single || id.schema().is_none() {
            continue;
        }
        let name = id.bare_name();
        let Some(pattern) = facts.settings.pattern(id.kind.name()) else { continue };
        let parent = id.parent().filter(|_| id.path.len() > 2);
        let table = parent.as_ref().map_or("", |parent| parent.name());
        if !pattern.matches(name, table) {
            found.push(Found {
                object: id.clone(),
                message: format!(
                    "the name of {} {} does not match `{}`",
                    id.kind.noun(),
                    id.dotted(),
                    pattern.text
                ),
            });
        }
    }
    found
}
