//! Columns that are classified, and are not treated so.

use super::rule::{Level, rule};
use super::settings::Tag;
use super::{Facts, Found};
use crate::grants::key_of;
use crate::kind::survey::{Column, Table, plain_type};

rule! {
    /// A column has a `tag`, and is not as `[lint.tag.NAME]` in plumb.toml says columns with that tag have to be.
    ///
    /// Why: what a column holds (health data, secrets) says how it has to be stored, who may read it, and whether an
    /// auditor is told; that is forgotten with the next new column.
    ///
    /// What to do: what the message names. `[lint.tag.phi]` may hold `type = ["bytea"]`, `comment = true` (there has to be
    /// one), `index = false` (no index or key holds the column), `no_grant = ["app_reader"]` (roles without a privilege on
    /// it), `security_label = "pgaudit"` (the provider whose label it has to have).
    "tag" Some(Level::Error), check
}

fn check(facts: &Facts<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for table in facts.survey.tables.values() {
        for column in table.columns.iter().filter(|column| !column.is_inherited) {
            for name in &column.tags {
                let wrong = match facts.settings.tags.get(name) {
                    Some(tag) => wrong(facts, table, column, tag),
                    None if facts.settings.tags.is_empty() => Vec::new(),
                    None => vec!["plumb.toml has no [lint.tag] of that name".to_owned()],
                };
                found.extend(wrong.into_iter().map(|what| Found {
                    object: column.id.clone(),
                    message: format!(
                        "column {} of {} has the tag {name}: {what}",
                        column.id.name(),
                        table.id.dotted()
                    ),
                }));
            }
        }
    }
    found
}

fn wrong(facts: &Facts<'_>, table: &Table, column: &Column, tag: &Tag) -> Vec<String> {
    let mut wrong = Vec::new();
    let name = column.id.name();
    let of = plain_type(&column.of).map_or_else(|| column.of.clone(), |of| of.to_string());
    let is = |wanted: &String| plain_type(wanted).is_some_and(|wanted| wanted.to_string() == of);
    if !tag.types.is_empty() && !tag.types.iter().any(is) {
        wrong.push(format!("its type is {}, not {}", column.of, tag.types.join(" or ")));
    }
    if tag.comment && column.comment.is_none() {
        wrong.push("it has no comment".to_owned());
    }
    if tag.index == Some(false) {
        let keys = table.keys.iter().filter(|key| key.columns.iter().any(|of| of == name));
        let indexes = table.indexes.iter().filter(|index| {
            index.columns.iter().flatten().chain(&index.include).any(|of| of == name)
        });
        let all = keys.map(|key| &key.id).chain(indexes.map(|index| &index.id));
        wrong.extend(all.map(|id| format!("{} {} holds it", id.kind.noun(), id.name())));
    }
    for id in [&column.id, &table.id] {
        let grants = facts.catalog.get(id).and_then(|object| object.grants.as_ref());
        let Some(grants) = grants else { continue };
        let has = |role: &&String| {
            let key = key_of(role);
            let own = grants.by_owner.get(&key).is_some_and(|held| !held.is_empty());
            own || grants.passed_on.keys().any(|of| of.grantee == key)
        };
        for role in tag.no_grant.iter().filter(has) {
            wrong.push(format!("{role} has privileges on {} {}", id.kind.noun(), id.dotted()));
        }
    }
    if let Some(provider) = &tag.security_label {
        let labels = facts.catalog.get(&column.id).map(|object| &object.labels);
        if labels.is_none_or(|labels| !labels.contains_key(provider)) {
            wrong.push(format!("it has no security label of {provider}"));
        }
    }
    wrong
}
