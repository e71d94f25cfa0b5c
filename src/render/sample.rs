//! Plans for the tests of the renderers.

use crate::catalog::Unmodelled;
use crate::drift::Drift;
use crate::hazard::Hazard;
use crate::id::Id;
use crate::plan::{
    Action, At, Cause, Change, FORMAT, Field, Lock, LockMode, Plan, PlannedStep, Proof, Relation,
    Transaction, Undeclared,
};
use crate::step::StepHazard;

/// A plan for a database that is as it should be.
pub(super) fn empty() -> Plan {
    let database = "clinic".to_owned();
    Plan { format: FORMAT, database, server_version: 150_018, ..Plan::default() }
}

fn id(text: &str) -> Id {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

pub(super) fn change(action: Action, object: &str) -> Change {
    Change {
        object: id(object),
        action,
        from: None,
        because_of: None,
        fields: Vec::new(),
        at: None,
        undeclared: false,
    }
}

pub(super) fn field(name: &str, old: Option<&str>, new: Option<&str>, proof: Proof) -> Field {
    let (old, new) = (old.map(str::to_owned), new.map(str::to_owned));
    Field { name: name.to_owned(), old, new, proof, cosmetic: false }
}

pub(super) fn step(sql: &str, changes: &[usize]) -> PlannedStep {
    PlannedStep { sql: sql.to_owned(), changes: changes.to_vec(), ..PlannedStep::default() }
}

pub(super) fn transaction(steps: Vec<PlannedStep>) -> Transaction {
    Transaction { block: true, steps, ..Transaction::default() }
}

fn at(change: Change, file: &str, line: usize) -> Change {
    Change { at: Some(At { file: file.to_owned(), line, column: 1 }), ..change }
}

fn with(mut change: Change, name: &str, old: &str, new: &str, proof: Proof) -> Change {
    change.fields.push(field(name, Some(old), Some(new), proof));
    change
}

fn locked(mut step: PlannedStep, relation: &str, mode: LockMode) -> PlannedStep {
    step.locks.push(Lock { relation: Relation::new("public", relation), mode });
    step
}

fn hazard(mut step: PlannedStep, name: Hazard, message: &str) -> PlannedStep {
    step.hazards.push(StepHazard { name, message: message.to_owned() });
    step
}

fn path(step: PlannedStep) -> PlannedStep {
    PlannedStep { search_path: Some(vec!["clinical".to_owned(), "public".to_owned()]), ..step }
}

const OLD_BODY: &str = "begin\n  new.updated_at := now();\n  return new;\nend\n";
const NEW_BODY: &str = "begin\n  new.updated_at := clock_timestamp();\n  return new;\nend\n";

/// A plan with something of everything.
pub(super) fn clinic() -> Plan {
    use Action::{Alter, Create, Drop, Rebuild, Rename, Replace};
    let mut changes = vec![
        at(change(Create, "enum:public.visit_state"), "types.toml", 4),
        at(change(Create, "table:public.visit"), "clinical/visit.toml", 3),
    ];
    for name in ["id", "client_id", "state", "came_at", "left_at"] {
        let column = change(Create, &format!("column:public.visit.{name}"));
        changes.push(at(column, "clinical/visit.toml", 5 + changes.len()));
    }
    for object in [
        "default:public.visit.came_at",
        "constraint:public.visit.visit_pkey",
        "constraint:public.visit.visit_dates",
        "policy:public.visit.same_tenant",
    ] {
        changes.push(at(change(Create, object), "clinical/visit.toml", 6 + changes.len()));
    }
    let client = "clinical/client.toml";
    let index = change(Create, "index:public.visit.visit_client_idx");
    changes.push(at(index, "clinical/visit.toml", 21));
    let table = at(change(Alter, "table:public.client"), client, 1);
    let owner = "clinic_admin";
    let table = with(table, "comment", "Clients.", "Whom we care for.", Proof::Structure);
    changes.push(with(table, "owner", "postgres", owner, Proof::Structure));
    let number = at(change(Alter, "column:public.client.number"), client, 9);
    changes.push(with(number, "type", "integer", "bigint", Proof::Structure));
    let email = at(change(Rename, "column:public.client.email"), client, 12);
    changes.push(Change { from: Some(id("column:public.client.mail")), ..email });
    changes.push(change(Drop, "column:public.client.fax"));
    let default = at(change(Create, "default:public.client.email"), client, 12);
    changes.push(default);
    changes.push(at(change(Create, "index:public.client.client_email_idx"), client, 31));
    let policy = at(change(Replace, "policy:public.client.same_tenant"), client, 40);
    let old = "(tenant_id = current_setting('app.tenant', true)::uuid)";
    let new = "(tenant_id = (select current_setting('app.tenant', true)::uuid))";
    changes.push(with(policy, "using", old, new, Proof::Server));
    let view = at(change(Rebuild, "view:public.owners"), "views.toml", 7);
    let because_of = Some(Cause::Object(id("column:public.client.number")));
    changes.push(Change { because_of, ..view });
    let stamp = at(change(Alter, "function:public.stamp()"), "functions.toml", 2);
    changes.push(with(stamp, "body", OLD_BODY, NEW_BODY, Proof::ParseTree));
    let role = at(change(Alter, "enum:public.role"), "types.toml", 9);
    changes.push(with(role, "values", "OWNER, MEMBER", "OWNER, ADMIN, MEMBER", Proof::Structure));
    let old = change(Drop, "table:public.client_old");
    changes.push(Change { undeclared: true, ..old });
    changes.push(Change { undeclared: true, ..change(Drop, "column:public.client_old.id") });
    changes.push(at(change(Create, "role:app_auditor"), "roles.toml", 8));

    let exclusive = LockMode::AccessExclusive;
    let create = "CREATE TABLE public.visit (\n    id uuid NOT NULL,\n    client_id bigint NOT NULL,\n    \
                  state public.visit_state NOT NULL,\n    came_at timestamp with time zone DEFAULT \
                  now(),\n    left_at timestamp with time zone,\n    CONSTRAINT visit_pkey PRIMARY KEY (id),\n    \
                  CONSTRAINT visit_dates CHECK (left_at > came_at)\n)";
    let view =
        "CREATE VIEW public.owners AS\nselect number, email from client where kind = 'OWNER'";
    let first = vec![
        step("CREATE TYPE public.visit_state AS ENUM ('PLANNED', 'HERE', 'GONE')", &[0]),
        path(step(create, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10])),
        step("CREATE INDEX visit_client_idx ON public.visit (client_id)", &[11]),
        locked(step("DROP VIEW public.owners", &[19]), "owners", exclusive),
        hazard(
            locked(
                locked(
                    step("ALTER TABLE public.client ALTER COLUMN number TYPE bigint", &[13]),
                    "client",
                    exclusive,
                ),
                "invoice",
                LockMode::ShareRowExclusive,
            ),
            Hazard::RewriteTable,
            "every row of public.client is rewritten while reads and writes wait, and its indexes are \
             built anew",
        ),
        hazard(
            locked(
                step("ALTER TABLE public.client RENAME COLUMN mail TO email", &[14]),
                "client",
                exclusive,
            ),
            Hazard::RenameBreaksClients,
            "code that uses the old name stops working",
        ),
        hazard(
            locked(step("ALTER TABLE public.client DROP COLUMN fax", &[15]), "client", exclusive),
            Hazard::DataLoss,
            "the values of public.client.fax are lost",
        ),
        locked(path(step(view, &[19])), "client", LockMode::AccessShare),
    ];
    let index = "CREATE INDEX CONCURRENTLY client_email_idx ON public.client (lower(email))";
    let index = locked(path(step(index, &[17])), "client", LockMode::ShareUpdateExclusive);
    let unproved = at(change(Alter, "index:public.client.client_name_idx"), client, 33);
    let unproved = with(unproved, "where", "(a IS TRUE)", "a", Proof::Unproved);
    Plan {
        changes,
        transactions: vec![
            transaction(first),
            Transaction { block: false, ..transaction(vec![index]) },
        ],
        unproved: vec![unproved],
        undeclared: vec![Undeclared { object: id("table:public.scratchpad") }],
        unmodelled: vec![Unmodelled {
            kind: "operator".to_owned(),
            identity: "public.===(text,text)".to_owned(),
            schema: Some("public".to_owned()),
        }],
        notes: vec![
            "column:public.client.born was renamed from birthday before: take `renamed_from` out \
             of clinical/client.toml:14"
                .to_owned(),
        ],
        ..empty()
    }
}

/// The same differences, as drift.
pub(super) fn moved(plan: Plan) -> Drift {
    let Plan {
        database, changes: moved, unmanaged, unproved, undeclared, unmodelled, notes, ..
    } = plan;
    Drift { database, moved, unmanaged, unproved, undeclared, unmodelled, notes }
}
