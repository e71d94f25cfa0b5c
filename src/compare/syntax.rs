//! Whether every leaf of SQL is what its place asks for. No server sees a text that is more.

use std::collections::BTreeMap;

use crate::catalog::Catalog;
use crate::id::Id;
use crate::oracle::{Lazy, closure, with_lent};
use crate::report::{Code, Diagnostic, Report};
use crate::sql::tree;

/// Parses the leaves of these objects under their grammars. Returns the objects that have a leaf
/// which only the grammar that plumb carries refuses, with the message; an expression among them is put in parentheses,
/// so that no clause can follow it.
///
/// # Errors
/// Every leaf that is not one piece of SQL, or not what its place asks for.
pub(crate) fn parse<'a>(
    catalog: &mut Catalog,
    ids: impl IntoIterator<Item = &'a Id>,
) -> Result<BTreeMap<Id, String>, Report> {
    let mut report = Report::default();
    let mut doubtful: BTreeMap<Id, String> = BTreeMap::new();
    for id in ids {
        let Some(object) = catalog.get(id) else { continue };
        object.attrs.each_leaf(&mut |name, class, leaf| {
            let Err(error) = tree::parse(class, leaf.written()) else { return };
            let message = format!("`{}` does not parse: {error}", name.replace('_', " "));
            if error.surplus {
                report.push(wrong(catalog, id, &message));
            } else {
                doubtful.insert(id.clone(), message);
            }
        });
    }
    if report.has_errors() {
        return Err(report);
    }
    for id in doubtful.keys() {
        let Some(object) = catalog.objects.get_mut(id) else { continue };
        object.attrs.leaves(&mut |_, class, leaf| {
            if class == tree::Class::Expr && tree::parse(class, leaf.written()).is_err() {
                leaf.enclose();
            }
        });
    }
    Ok(doubtful)
}

/// SQL that PostgreSQL refuses is an error before anything is planned. What only the grammar that
/// plumb carries refuses is asked of a server, and left to the target where none can be asked.
///
/// # Errors
/// Every leaf that does not parse.
pub(super) async fn check(
    current: &Catalog,
    desired: &mut Catalog,
    changed: &[Id],
    scratch: &mut Lazy,
) -> Result<(), Report> {
    let mut doubtful = parse(desired, changed)?;
    doubtful.retain(|id, _| desired.get(id).is_some_and(|object| object.origin.is_some()));
    if doubtful.is_empty() {
        return Ok(());
    }
    let major = Some(current.server.major()).filter(|major| *major > 0);
    let subset =
        with_lent(current, desired, async |whole| closure(whole, doubtful.keys().cloned(), false));
    let subset = subset.await;
    let refusals = match scratch.get(major).await {
        Ok(scratch) => scratch.build(&subset, &[]).await.map(|built| built.refusals),
        Err(error) => Err(error),
    };
    let Ok(refusals) = refusals else { return Ok(()) };
    let mut report = Report::default();
    for (id, message) in doubtful {
        // Syntax errors are class 42601; the statement may hold the object inside its parent's.
        let about = |refused: &Id| *refused == id || id.path.starts_with(&refused.path);
        let refused = refusals
            .iter()
            .any(|refusal| refusal.code == "42601" && refusal.object.as_ref().is_some_and(about));
        if refused {
            report.push(wrong(desired, &id, &message));
        }
    }
    if report.has_errors() { Err(report) } else { Ok(()) }
}

fn wrong(catalog: &Catalog, id: &Id, message: &str) -> Diagnostic {
    let diagnostic = Diagnostic::error(Code::SqlSyntax, format!("{id}: {message}"));
    match catalog.get(id).and_then(|object| object.origin.clone()) {
        Some(origin) => diagnostic.at(origin, "declared here"),
        None => diagnostic,
    }
}
