//! What can be set on a copy beside its name, and what PostgreSQL sets by itself.

use super::Attached;
use crate::catalog::Catalog;
use crate::kind::relation::constraint::Constraint;
use crate::kind::relation::copy;
use crate::kind::relation::index::{Index, Storage, storage_steps, use_steps};
use crate::kind::relation::lineage;
use crate::kind::{Cx, Id, Kind, Sides};
use crate::leaf::Parameters;
use crate::sql::quote::{ident, literal, qualified};
use crate::step::Step;

/// The storage parameters and the tablespace that a table's copy of an index or key takes from its
/// parent's, which may be a copy with its own.
fn given(original: &Id, table: &Id, catalog: &Catalog) -> (Parameters, Option<String>) {
    let parents = lineage::parents(table, catalog);
    let Some(parent) = parents.first() else { return Default::default() };
    if original.ancestor(Kind::Table, 2) == *parent {
        let of_index = catalog.attrs::<Index>(original).map(Index::storage);
        let of_key = || catalog.attrs::<Constraint>(original).map(Constraint::storage);
        let (with, tablespace) = of_index.or_else(of_key).unzip();
        return (with.cloned().unwrap_or_default(), tablespace.flatten().map(str::to_owned));
    }
    let (with, tablespace) = given(original, parent, catalog);
    match copy::on(original, parent, catalog).and_then(|id| catalog.attrs::<Attached>(&id)) {
        Some(copy) => (copy.with.clone().unwrap_or(with), copy.tablespace.clone().or(tablespace)),
        None => (with, tablespace),
    }
}

impl Attached {
    /// Its storage, where `given` is what it takes from its parent's.
    fn storage<'a>(&'a self, given: &'a (Parameters, Option<String>)) -> Storage<'a> {
        let tablespace = self.tablespace.as_deref().or(given.1.as_deref());
        (self.with.as_ref().unwrap_or(&given.0), tablespace)
    }

    /// Whether PostgreSQL will have given it its name.
    pub(super) fn is_called_so(&self, id: &Id, cx: &Sides<'_>) -> bool {
        let table = id.ancestor(Kind::Table, 2);
        let usual = copy::original(id, cx.desired)
            .and_then(|original| copy::usual_name(&original, &table, cx.desired));
        cx.current.get(id).is_none()
            && copy::is_given(id, cx.desired)
            && usual.as_ref() == Some(&self.name)
            && !cx.current.occupied("relation", &[table.first(), &self.name])
    }

    /// Whether the index that it is a copy of, and with it the copy, is a new one.
    pub(super) fn is_made_anew(id: &Id, cx: &Cx<'_>) -> bool {
        copy::original(id, cx.desired).is_none_or(|original| !cx.stays(&original))
    }

    /// Gives each partition of the partition that has none its copy.
    pub(super) fn completed(&self, id: &Id, cx: &Sides<'_>) -> Vec<Step> {
        let Some(original) = copy::original(id, cx.desired) else { return Vec::new() };
        let own = self.own(id);
        let of_index = cx.desired.attrs::<Index>(&original).map(|index| index.complete(&own, cx));
        let of_key = || cx.desired.attrs::<Constraint>(&original).map(|key| key.complete(&own, cx));
        of_index.or_else(of_key).unwrap_or_default()
    }

    /// The statements that take the settings of a copy from `old`, or from what PostgreSQL makes.
    pub(super) fn settings(&self, old: Option<&Self>, id: &Id, cx: &Sides<'_>) -> Vec<Step> {
        let usual = Self::default();
        // A copy that is new is like the parent's that is wanted.
        let (there, side) = old.map_or((&usual, cx.desired), |old| (old, cx.current));
        let of = |side| copy::original(id, side);
        let Some(original) = of(cx.desired).or_else(|| of(cx.current)) else { return Vec::new() };
        let table = id.ancestor(Kind::Table, 2);
        let own = self.own(id);
        let (before, after) =
            (given(&original, &table, side), given(&original, &table, cx.desired));
        let mut steps = storage_steps(self.storage(&after), there.storage(&before), &own);
        steps.extend(Index::statistics_steps(&self.statistics, &there.statistics, &own, cx));
        steps.extend(use_steps(
            &own,
            (there.cluster, self.cluster),
            (there.replica_identity, self.replica_identity),
            cx,
        ));
        if self.constraint_comment != there.constraint_comment {
            let text = self.constraint_comment.as_deref().map_or("NULL".to_owned(), literal);
            steps.push(Step::new(format!(
                "COMMENT ON CONSTRAINT {} ON {} IS {text}",
                ident(&self.name),
                qualified(table.first(), table.name())
            )));
        }
        steps
    }

    /// The statements after which there is nothing to say of it.
    pub(super) fn undone(&self, id: &Id, cx: &Sides<'_>) -> Vec<Step> {
        let usual = Self::called(&self.name);
        let mut steps = usual.settings(Some(self), id, cx);
        if self.only {
            steps.extend(self.completed(id, cx));
        }
        let table = id.ancestor(Kind::Table, 2);
        let name = self.usual.0.clone().or_else(|| {
            copy::original(id, cx.desired)
                .and_then(|original| copy::likely_name(&original, &table, cx.desired))
        });
        let name = name.filter(|name| copy::is_free(name, cx));
        steps.extend(name.and_then(|name| self.renamed(&name, id)));
        steps
    }
}
