//! What the connected role may do on its server: read together with the catalog, so that a plan knows which of its
//! statements PostgreSQL would refuse.

use std::collections::{BTreeMap, BTreeSet};

use tokio_postgres::Row;

use crate::row;

/// The connected role's own rights, and the state of its session.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Actor {
    /// Whether it is a superuser, who may do everything.
    pub superuser: bool,
    /// Whether it may create roles (`rolcreaterole`).
    pub createrole: bool,
    /// Whether it may create databases (`rolcreatedb`).
    pub createdb: bool,
    /// Whether it may replicate (`rolreplication`).
    pub replication: bool,
    /// Whether row security does not bind it (`rolbypassrls`).
    pub bypassrls: bool,
    /// Whether privileges of roles come with membership (`rolinherit`).
    pub inherits: bool,
    /// Whether it has CREATE on the database.
    pub creates_in_database: bool,
    /// Whether the server is a standby (`pg_is_in_recovery`).
    pub standby: bool,
    /// Whether its transactions only read (`default_transaction_read_only`).
    pub read_only: bool,
    /// The schemas in which it has CREATE.
    pub schemas: BTreeSet<String>,
    /// The schemas in which every role has CREATE.
    pub public_schemas: BTreeSet<String>,
    /// What it has of every role that exists.
    pub roles: BTreeMap<String, Held>,
}

/// What the connected role has of another role.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Held {
    /// Whether it has the privileges of the role (`pg_has_role`, USAGE).
    pub acts: bool,
    /// Whether it may make the role an owner: SET since 16, MEMBER before.
    pub becomes: bool,
    /// Whether it may grant itself the role.
    pub grants: bool,
    /// Whether it has ADMIN of the role, by itself or by a membership.
    pub administers: bool,
    /// Whether the role is a superuser.
    pub superuser: bool,
    /// Whether the role is a member of others.
    pub member: bool,
    /// The INHERIT and SET of the membership that it has granted itself already (16).
    pub own: Option<(bool, bool)>,
    /// The schemas in which the role has CREATE; `None`: the role matters to no plan.
    pub schemas: Option<BTreeSet<String>>,
}

/// The columns that [`Actor::read`] reads, in a query on the server's settings.
pub(crate) const COLUMNS: &str = "r.rolsuper, r.rolcreaterole, r.rolinherit, \
    pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE'), \
    pg_catalog.pg_is_in_recovery(), \
    pg_catalog.current_setting('default_transaction_read_only') = 'on', \
    ARRAY(SELECT n.nspname::text FROM pg_catalog.pg_namespace n \
      WHERE NOT r.rolsuper AND pg_catalog.has_schema_privilege(n.oid, 'CREATE')), \
    ARRAY(SELECT n.nspname::text FROM pg_catalog.pg_namespace n \
      WHERE NOT r.rolsuper AND pg_catalog.has_schema_privilege('public', n.oid, 'CREATE')), \
    r.rolcreatedb, r.rolreplication, r.rolbypassrls";

/// Reads every role by name, with what the connected one has of it.
pub(crate) fn roles_query(major: u32) -> String {
    // Since 16 a membership is one row for each grantor, and only ADMIN lets it be granted.
    let (becomes, grants, own) = if major >= 16 {
        (
            "SET",
            "EXISTS (SELECT FROM pg_catalog.pg_auth_members m \
              WHERE m.roleid = r.oid AND m.member = me.oid AND m.admin_option)",
            "(SELECT ARRAY[m.inherit_option, m.set_option] FROM pg_catalog.pg_auth_members m \
              WHERE m.roleid = r.oid AND m.member = me.oid AND m.grantor = me.oid)",
        )
    } else {
        (
            "MEMBER",
            "me.rolcreaterole AND NOT r.rolsuper AND NOT pg_catalog.pg_has_role(r.oid, 'MEMBER')",
            "NULL::boolean[]",
        )
    };
    format!(
        "SELECT q.name, q.acts, q.becomes, q.grants, q.own, \
         CASE WHEN NOT q.superuser AND (q.becomes OR q.grants) THEN \
           ARRAY(SELECT n.nspname::text FROM pg_catalog.pg_namespace n \
             WHERE n.nspname !~ '^pg_' AND pg_catalog.has_schema_privilege(q.oid, n.oid, 'CREATE')) \
         END, q.administers, q.is_superuser, q.member FROM (SELECT r.oid, r.rolsuper AS is_superuser, \
           pg_catalog.pg_has_role(r.oid, 'MEMBER WITH ADMIN OPTION') AS administers, \
           EXISTS (SELECT FROM pg_catalog.pg_auth_members m WHERE m.member = r.oid) AS member, r.rolname::text AS name, me.rolsuper AS superuser, \
           pg_catalog.pg_has_role(r.oid, 'USAGE') AS acts, \
           pg_catalog.pg_has_role(r.oid, '{becomes}') AS becomes, \
           {grants} AS grants, {own} AS own \
           FROM pg_catalog.pg_roles r, pg_catalog.pg_roles me WHERE me.rolname = current_user) q \
         ORDER BY 1"
    )
}

impl Actor {
    /// Reads [`COLUMNS`], the first of which is column `at`.
    pub(crate) fn read(row: &Row, at: usize) -> Self {
        let schemas = |at: usize| row.get::<_, Vec<String>>(at).into_iter().collect();
        Self {
            superuser: row.get(at),
            createrole: row.get(at + 1),
            inherits: row.get(at + 2),
            creates_in_database: row.get(at + 3),
            standby: row.get(at + 4),
            read_only: row.get(at + 5),
            schemas: schemas(at + 6),
            public_schemas: schemas(at + 7),
            createdb: row.get(at + 8),
            replication: row.get(at + 9),
            bypassrls: row.get(at + 10),
            roles: BTreeMap::new(),
        }
    }

    /// Takes over the rows of [`roles_query`].
    pub(crate) fn learn(&mut self, rows: &[Row]) {
        for row in rows {
            let own: Option<Vec<bool>> = row.get(4);
            let schemas: Option<Vec<String>> = row.get(5);
            let held = Held {
                acts: row.get(1),
                becomes: row.get(2),
                grants: row.get(3),
                own: own.and_then(|own| Some((*own.first()?, *own.get(1)?))),
                administers: row.get(6),
                superuser: row.get(7),
                member: row.get(8),
                schemas: schemas.map(|schemas| schemas.into_iter().collect()),
            };
            self.roles.insert(row::text(row, 0), held);
        }
    }
}
