//! The pass `rights`: what each statement of a plan needs of the connected role, read from its parse tree and from
//! the object that it is for, against what the role has ([`Actor`]).
//!
//! Where the role may grant itself what is missing, as the creator of a role may since 16, the transaction begins with
//! that and ends with taking it back. What else is missing is named, and nothing is run. A right that cannot be
//! judged from here is never missing: PostgreSQL decides.

mod need;
mod role;
mod schema;
mod superuser;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Change, PlannedStep, Transaction};
use crate::actor::Actor;
use crate::catalog::Catalog;
use crate::id::Id;
use crate::sql::quote::ident;
use crate::sql::tree::{self, Class, fields, list, node, text};
use need::Need;
use schema::Schemas;

/// A role that the connected one grants itself.
struct Lent {
    /// The role.
    role: String,
    /// The INHERIT and SET of the membership that it had granted itself before.
    before: Option<(bool, bool)>,
}

/// What is known when it is a statement's turn.
struct Walk<'a> {
    current: &'a Catalog,
    actor: &'a Actor,
    /// New ids to those from before the plan.
    renamed: BTreeMap<Id, Id>,
    /// Owners that the plan gives, and objects that it makes; `None`: dropped.
    owners: BTreeMap<Id, Option<String>>,
    /// Schemas of which the plan changes who has CREATE.
    unsettled: BTreeSet<Id>,
    /// Schemas that the plan makes, and the privileges that it grants on schemas.
    schemas: Schemas,
    /// As whom the statements run, between SET ROLE and RESET ROLE.
    acting: Option<String>,
    /// Roles that the plan makes.
    made: BTreeSet<String>,
    /// Roles that get a membership by the plan.
    joined: BTreeSet<String>,
    /// Whether the plan changes what the connected role is a member of.
    changes_own: bool,
    lent: Vec<Lent>,
}

/// Adds to each transaction the statements by which the connected role may act for others, where it may grant itself
/// that.
pub(super) fn lend(transactions: &mut [Transaction], changes: &[Change], current: &Catalog) {
    let Some(mut walk) = Walk::new(changes, current) else { return };
    for transaction in transactions {
        let mut steps = Vec::new();
        for step in std::mem::take(&mut transaction.steps) {
            let (tree, id) = (parsed(&step), step.object(changes).cloned());
            if transaction.block {
                for need in walk.needs(&tree, id.as_ref()) {
                    steps.extend(walk.lend(&need));
                }
            }
            walk.follow(&tree, id);
            steps.push(step);
        }
        steps.extend(walk.take_back());
        transaction.steps = steps;
    }
}

/// What the connected role lacks for these transactions, each once, in order.
pub(crate) fn missing(
    transactions: &[Transaction],
    changes: &[Change],
    current: &Catalog,
) -> Vec<String> {
    let mut missing = Vec::new();
    let Some(actor) = &current.server.actor else { return missing };
    if transactions.is_empty() {
        return missing;
    }
    if actor.standby {
        missing.push(
            "the server is a standby, which takes no changes: connect to the primary".to_owned(),
        );
    } else if actor.read_only {
        missing.push(
            "default_transaction_read_only is on in this session, so that no transaction may change anything: set \
             it to off for the role, the database or the connection"
                .to_owned(),
        );
    }
    let Some(mut walk) = Walk::new(changes, current) else { return missing };
    for step in transactions.iter().flat_map(|transaction| &transaction.steps) {
        let (tree, id) = (parsed(step), step.object(changes).cloned());
        for need in walk.needs(&tree, id.as_ref()) {
            if let Some(why) = walk.lacks(&need)
                && !missing.contains(&why)
            {
                missing.push(why);
            }
        }
        walk.follow(&tree, id);
    }
    missing
}

impl<'a> Walk<'a> {
    /// `None` where there is nothing to ask: no server.
    fn new(changes: &[Change], current: &'a Catalog) -> Option<Self> {
        let actor = current.server.actor.as_ref()?;
        let renamed =
            changes.iter().filter_map(|change| Some((change.object.clone(), change.from.clone()?)));
        Some(Self {
            current,
            actor,
            renamed: renamed.collect(),
            owners: BTreeMap::new(),
            unsettled: BTreeSet::new(),
            schemas: Schemas::default(),
            acting: None,
            made: BTreeSet::new(),
            joined: BTreeSet::new(),
            changes_own: false,
            lent: Vec::new(),
        })
    }

    fn user(&self) -> &str {
        &self.current.server.user
    }

    /// Who owns an object, by itself or by what it is part of, where that is known.
    fn owner(&self, id: &Id) -> Option<(Id, String)> {
        if let Some(owner) = self.owners.get(id) {
            return owner.clone().map(|owner| (id.clone(), owner));
        }
        let old = self.renamed.get(id);
        let there = self.current.get(id).or_else(|| old.and_then(|old| self.current.get(old)));
        match there.and_then(|object| object.owner.clone()) {
            Some(owner) => Some((id.clone(), owner)),
            None => id.parents().iter().find_map(|parent| self.owner(parent)),
        }
    }

    /// What a statement for this object needs.
    fn needs(&self, tree: &Value, id: Option<&Id>) -> Vec<Need> {
        let of = tree.get(0).and_then(node);
        if self.actor.superuser {
            // A superuser may do everything, but as another role it is one no more.
            return of.zip(id).map_or_else(Vec::new, |((kind, _), id)| self.as_other(kind, id));
        }
        match (of, id) {
            (Some((kind, fields)), Some(id)) => need::of(kind, fields, id, self),
            (Some(("GrantRoleStmt", fields)), None) if is_grant(fields) => {
                granted(fields).map(|role| Need::GrantToSelf { role }).collect()
            }
            _ => Vec::new(),
        }
    }

    /// What a statement changes of owners, roles and privileges.
    fn follow(&mut self, tree: &Value, id: Option<Id>) {
        let Some((kind, fields)) = tree.get(0).and_then(node) else { return };
        match kind {
            "CreateRoleStmt" => {
                self.made.insert(text(fields, "role").to_owned());
            }
            "VariableSetStmt" => self.acting = need::set_role(fields),
            "DropRoleStmt" => {
                let gone: Vec<String> = roles(list(fields, "roles")).collect();
                self.lent.retain(|lent| !gone.contains(&lent.role));
            }
            "GrantRoleStmt" if id.is_none() => self.follow_lending(fields),
            "GrantRoleStmt" => {
                let members: Vec<String> = roles(list(fields, "grantee_roles")).collect();
                self.changes_own |= members.iter().any(|member| {
                    member == self.user() || self.acts_for(member) || self.becomes(member)
                });
                self.joined.extend(members);
            }
            _ => {}
        }
        let Some(id) = id else { return };
        self.follow_schema(kind, fields, &id);
        if let Some(owner) = need::new_owner(kind, fields) {
            self.unsettle(&id);
            self.owners.insert(id, Some(owner));
        } else if kind == "GrantStmt" || kind == "RenameStmt" {
            self.unsettle(&id);
        } else if kind == "DropStmt" {
            self.owners.insert(id, None);
        } else if need::makes(kind) && self.owner(&id).is_none() {
            let owner = fields.get("authrole").and_then(role).unwrap_or(self.user().to_owned());
            self.unsettle(&id);
            self.owners.insert(id, Some(owner));
        }
    }

    /// From here on it is not known who has CREATE in the schema, if the object is one.
    fn unsettle(&mut self, id: &Id) {
        self.unsettled.insert(id.clone());
    }

    /// Follows a statement that this pass has added.
    fn follow_lending(&mut self, fields: &Map<String, Value>) {
        for role in granted(fields) {
            // Taking back restores what was there, which may be a GRANT too.
            if is_grant(fields) && !self.has_lent(&role) {
                self.lent.push(Lent { role, before: None });
            } else {
                self.lent.retain(|lent| lent.role != role);
            }
        }
    }

    fn has_lent(&self, role: &str) -> bool {
        self.lent.iter().any(|lent| lent.role == role)
    }

    fn is_newer(&self) -> bool {
        self.current.server.major() >= 16
    }

    /// Whether the connected role has the privileges of a role.
    fn acts_for(&self, role: &str) -> bool {
        role == self.user()
            || self.has_lent(role) && (self.is_newer() || self.actor.inherits)
            || self.actor.roles.get(role).is_some_and(|held| held.acts)
    }

    /// Whether it may make a role an owner.
    fn becomes(&self, role: &str) -> bool {
        role == self.user()
            || self.has_lent(role)
            || self.actor.roles.get(role).is_some_and(|held| held.becomes)
    }

    /// Whether nothing certain can be said of what it has of a role.
    fn is_unknown(&self, role: &str) -> bool {
        self.changes_own || !self.actor.roles.contains_key(role) && !self.made.contains(role)
    }

    /// Whether a role has CREATE in a schema; `None`: that cannot be told.
    fn creates(&self, role: &str, id: &Id) -> Option<bool> {
        let schema = id.name();
        if let Some(creates) = self.creates_in_new(role, id) {
            return Some(creates);
        }
        if self.unsettled.contains(id) || self.joined.contains(role) {
            return None;
        }
        if role == self.user() {
            // A schema that is not there has another name yet.
            let there = self.current.get(id).is_some();
            let lent = || {
                self.lent.iter().any(|lent| {
                    let held = self.actor.roles.get(&lent.role);
                    held.and_then(|held| held.schemas.as_ref())
                        .is_some_and(|schemas| schemas.contains(schema))
                })
            };
            return there.then(|| self.actor.schemas.contains(schema) || lent());
        }
        if self.actor.public_schemas.contains(schema) {
            return Some(true);
        }
        if self.made.contains(role) {
            return Some(false);
        }
        let held = self.actor.roles.get(role)?;
        held.schemas.as_ref().map(|schemas| schemas.contains(schema))
    }

    /// The statement by which the connected role gets what is missing, if it may grant itself that.
    fn lend(&mut self, need: &Need) -> Option<PlannedStep> {
        let (role, inherits) = match need {
            Need::ActFor { role, .. } if !self.acts_for(role) => (role.clone(), true),
            Need::Become { role, .. } | Need::GrantAs { role, .. } if !self.becomes(role) => {
                (role.clone(), false)
            }
            // The owner of a schema has CREATE there.
            Need::CreateIn { role, schema, .. }
                if role == self.user() && self.creates(role, schema) == Some(false) =>
            {
                (self.owner(schema)?.1, true)
            }
            _ => return None,
        };
        if self.is_unknown(&role) || self.has_lent(&role) {
            return None;
        }
        let held = self.actor.roles.get(&role);
        let newer = self.is_newer();
        let may = match held {
            Some(held) => held.grants && (newer || self.actor.inherits || !inherits),
            None => self.made.contains(&role),
        };
        if !may {
            return None;
        }
        let before = held.and_then(|held| held.own);
        let options = if newer { " WITH INHERIT TRUE, SET TRUE" } else { "" };
        let sql = format!("GRANT {} TO CURRENT_USER{options}", ident(&role));
        self.lent.push(Lent { role, before });
        Some(own_step(sql))
    }

    /// The statements that take back what the connected role has granted itself.
    fn take_back(&mut self) -> Vec<PlannedStep> {
        let word = |on: bool| if on { "TRUE" } else { "FALSE" };
        let one = |lent: Lent| {
            let role = ident(&lent.role);
            own_step(match lent.before {
                Some((inherit, set)) => format!(
                    "GRANT {role} TO CURRENT_USER WITH INHERIT {}, SET {}",
                    word(inherit),
                    word(set)
                ),
                None => format!("REVOKE {role} FROM CURRENT_USER"),
            })
        };
        std::mem::take(&mut self.lent).into_iter().map(one).collect()
    }

    /// What is missing of a need, and what to do about it.
    fn lacks(&self, need: &Need) -> Option<String> {
        let user = self.user();
        let me = ident(user);
        let membership = |role: &str| {
            let options = if self.is_newer() { " WITH INHERIT TRUE, SET TRUE" } else { "" };
            format!("GRANT {} TO {me}{options}", ident(role))
        };
        match need {
            Need::ActFor { role, what } if !self.acts_for(role) && !self.is_unknown(role) => {
                Some(format!(
                    "{what}: role {user} has not the privileges of role {role}; connect as {role}, or {}",
                    membership(role)
                ))
            }
            Need::Become { role, id } if !self.becomes(role) && !self.is_unknown(role) => Some(
                format!("{id}: role {user} may not make {role} its owner; {}", membership(role)),
            ),
            Need::GrantAs { role, id } if !self.becomes(role) && !self.is_unknown(role) => {
                Some(format!(
                    "{id}: role {user} may not set the role {role}, which granted a privilege on it; {}",
                    membership(role)
                ))
            }
            Need::CreateIn { role, schema, id } if self.creates(role, schema) == Some(false) => {
                Some(format!(
                    "{id}: role {role} has no CREATE on schema {}; GRANT CREATE ON SCHEMA {} TO {}",
                    schema.name(),
                    ident(schema.name()),
                    ident(role)
                ))
            }
            Need::CreateInDatabase { id } if !self.actor.creates_in_database => {
                let database = &self.current.server.database;
                Some(format!(
                    "{id}: role {user} has no CREATE on database {database}; GRANT CREATE ON DATABASE {} TO {me}",
                    ident(database)
                ))
            }
            Need::GrantToSelf { role }
                if !self.made.contains(role)
                    && !self.actor.roles.get(role).is_some_and(|held| held.grants) =>
            {
                Some(format!(
                    "role {user} may not grant itself role {role}, as the plan does; plan again as {user}"
                ))
            }
            Need::Attribute { attribute, id } if !self.has_attribute(attribute) => Some(format!(
                "{id}: role {user} has not {attribute} itself, which it needs to give it; connect as a superuser"
            )),
            Need::Superuser { id } => {
                Some(format!("{id}: role {user} is no superuser; connect as one"))
            }
            Need::Administer { role, id } if self.lacks_admin(role) => Some(format!(
                "{id}: role {user} has no ADMIN OPTION on role {role}; GRANT {} TO {me} WITH ADMIN OPTION",
                ident(role)
            )),
            Need::Use { role, schema, id } if self.uses(role, schema) == Some(false) => {
                Some(format!(
                    "{id}: role {role}, which grants a privilege on it, has no USAGE on schema {}; GRANT USAGE ON SCHEMA {} \
                 TO {}",
                    schema.name(),
                    ident(schema.name()),
                    ident(role)
                ))
            }
            Need::CreateRole { id } if !self.actor.createrole => Some(format!(
                "{id}: role {user} has no CREATEROLE; ALTER ROLE {me} CREATEROLE, or create the role first"
            )),
            _ => None,
        }
    }
}

/// A step that is for no object.
fn own_step(sql: String) -> PlannedStep {
    PlannedStep { sql, ..PlannedStep::default() }
}

/// The parse tree of a step; null where only the server can read it.
fn parsed(step: &PlannedStep) -> Arc<Value> {
    tree::parse(Class::Statements, &step.sql).unwrap_or_default()
}

fn is_grant(fields: &Map<String, Value>) -> bool {
    fields.get("is_grant").is_some_and(|is| is == true)
}

/// The roles that a GRANT of roles grants.
fn granted(fields: &Map<String, Value>) -> impl Iterator<Item = String> + '_ {
    let all = list(fields, "granted_roles").iter();
    all.filter_map(|it| Some(text(tree::fields(it, "AccessPriv")?, "priv_name").to_owned()))
}

/// The name in a `RoleSpec`.
fn role(value: &Value) -> Option<String> {
    let spec = fields(value, "RoleSpec").or_else(|| value.as_object())?;
    Some(text(spec, "rolename").to_owned()).filter(|name| !name.is_empty())
}

fn roles(list: &[Value]) -> impl Iterator<Item = String> + '_ {
    list.iter().filter_map(role)
}
