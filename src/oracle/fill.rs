//! Objects made in a database of a scratch: as much of a catalog as the scratch takes.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::{Built, OracleError, Refusal, Room};
use crate::catalog::{Catalog, Server};
use crate::connect::execute;
use crate::execute::{self, Observer, Session};
use crate::id::Id;
use crate::introspect;
use crate::plan::{self, Plan, PlannedStep, Statement, Transaction};

/// Builds in a database. On a server that is not plumb's own, in a transaction that is rolled back, roles
/// and all.
pub(super) async fn build_in(
    room: &Room<'_>,
    wanted: &Catalog,
    more: &[String],
) -> Result<Built, OracleError> {
    let client = &room.connection.client;
    let undo = !room.is_caged();
    let empty = introspect::introspect(client).await?.without_given();
    if undo {
        execute(client, "BEGIN").await?;
    }
    let built = fill(room, empty, bare(wanted), &roles(wanted), &[], true, undo).await?;
    for sql in more {
        room.run(sql, false).await?;
    }
    let mut catalog =
        if undo { introspect::read(client).await?.without_given() } else { room.catalog().await? };
    // What plumb may do on a scratch says nothing of a target.
    catalog.server.actor = None;
    Ok(Built { catalog, ..built })
}

/// Builds a whole catalog, with bodies, owners, privileges and comments, for rows to be put into it; `scripts` are
/// statements of a plan that run before any of that is there.
///
/// # Errors
/// As [`Scratch::build`].
pub(crate) async fn copy(
    wanted: &Catalog,
    scripts: &[PlannedStep],
    room: &Room<'_>,
) -> Result<Built, OracleError> {
    let mut roles: BTreeSet<String> = wanted.roles.clone();
    roles.extend(self::roles(wanted));
    let mut whole = Catalog { objects: wanted.objects.clone(), ..Catalog::default() };
    for object in whole.objects.values_mut() {
        if let Some(it) = object.attrs.as_stubbed_mut() {
            it.stub(true);
        }
    }
    whole.needs = wanted.needs.clone();
    let empty = introspect::introspect(&room.connection.client).await?.without_given();
    let built = fill(room, empty, whole, &roles, scripts, false, false).await?;
    let catalog = room.catalog().await?;
    Ok(Built { catalog, ..built })
}

/// Makes the objects in a database in which there are only those of `empty`; `block`: within a
/// transaction.
async fn fill(
    room: &Room<'_>,
    mut empty: Catalog,
    mut bare: Catalog,
    roles: &BTreeSet<String>,
    scripts: &[PlannedStep],
    plain: bool,
    block: bool,
) -> Result<Built, OracleError> {
    let client = &room.connection.client;
    let mut made = Vec::new();
    for role in roles {
        if !empty.roles.contains(role) {
            if room.create_role(role, block).await? {
                made.push(role.clone());
            }
            empty.roles.insert(role.clone());
        }
    }
    bare.objects.retain(|id, _| !id.kind.def().cluster_wide && id.kind.def().on_scratch);
    // Of a copy, only what is the cluster's is there anyway.
    for (id, object) in empty.objects.iter().filter(|(id, _)| plain || id.kind.def().cluster_wide) {
        bare.objects.entry(id.clone()).or_insert_with(|| object.clone());
    }
    for (id, object) in &mut bare.objects {
        if plain && let Some(there) = empty.get(id) {
            (object.owner, object.grants) = (there.owner.clone(), there.grants.clone());
            object.comment.clone_from(&there.comment);
            object.labels.clone_from(&there.labels);
        }
    }
    let plan = plan::plan(&empty, &bare, &plan::Options::default())?;
    execute(client, "SET check_function_bodies = off").await?;
    execute(client, "SET client_min_messages = error").await?;
    // The script of an extension meets nothing but the schema that it needs.
    let providers = bare.objects.iter().filter(|(id, _)| id.kind.def().provides);
    let needed: BTreeSet<Id> = providers.flat_map(|(id, o)| o.attrs.references(id)).collect();
    let provides = |step: &&PlannedStep| {
        let object = plan.object_of(step);
        object.is_some_and(|id| id.kind.def().provides || needed.contains(id))
    };
    let (first, rest): (Vec<_>, Vec<_>) = plan.steps().partition(provides);
    let steps = first.into_iter().chain(scripts).chain(rest).cloned().collect();
    let transaction = Transaction { block, steps, ..Transaction::default() };
    let mut filling = Filling { plan: &plan, scripts, refusals: Vec::new() };
    execute::steps(room, &transaction, &mut filling).await?;
    let refusals = filling.refusals;
    Ok(Built { catalog: Catalog::default(), refusals, roles: made })
}

/// Notes what a scratch refuses, and goes on without it.
struct Filling<'a> {
    plan: &'a Plan,
    /// Steps of another plan.
    scripts: &'a [PlannedStep],
    refusals: Vec<Refusal>,
}

impl Observer for Filling<'_> {
    type Stop = tokio_postgres::Error;

    async fn before<'s>(
        &mut self,
        statement: &'s Statement<'_>,
    ) -> Result<Option<Cow<'s, str>>, Self::Stop> {
        Ok(Some(Cow::Borrowed(statement.sql())))
    }

    async fn refused(
        &mut self,
        statement: Option<&Statement<'_>>,
        error: tokio_postgres::Error,
    ) -> Result<(), Self::Stop> {
        let (Some(Statement::Step(step)), Some(db)) = (statement, error.as_db_error()) else {
            return Err(error);
        };
        let own = !self.scripts.iter().any(|script| script == *step);
        self.refusals.push(Refusal {
            object: self.plan.object_of(step).filter(|_| own).cloned(),
            sql: step.sql.clone(),
            message: db.message().to_owned(),
            code: db.code().code().to_owned(),
            position: match db.position() {
                Some(tokio_postgres::error::ErrorPosition::Original(at)) => Some(*at),
                _ => None,
            },
        });
        Ok(())
    }
}

/// The objects without owners, privileges, comments and bodies, which no answer depends on.
fn bare(catalog: &Catalog) -> Catalog {
    let mut bare = Catalog { server: Server::default(), ..Catalog::default() };
    for (id, object) in &catalog.objects {
        if id.kind.def().sort == crate::kind::Sort::DefaultPrivileges {
            continue;
        }
        let mut object = object.clone();
        (object.owner, object.grants, object.comment) = (None, None, None);
        object.labels.clear();
        object.renamed_from = None;
        if let Some(it) = object.attrs.as_stubbed_mut() {
            it.stub(false);
        }
        bare.objects.insert(id.clone(), object);
    }
    bare
}

/// Every role that an object names.
fn roles(catalog: &Catalog) -> BTreeSet<String> {
    let named = catalog.objects.iter().flat_map(|(id, object)| object.attrs.references(id));
    named
        .chain(catalog.objects.keys().cloned())
        .filter(|id| id.kind.def().cluster_wide)
        .map(|id| id.name().to_owned())
        .collect()
}
