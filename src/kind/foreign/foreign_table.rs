//! Foreign tables (`CREATE FOREIGN TABLE`, `pg_foreign_table`). Their columns, defaults, checks and
//! triggers are those of tables; their rows are elsewhere, so that nothing here loses any.

use serde::{Deserialize, Serialize};

use crate::catalog::Catalog;
use crate::clause::{Shape, clause};
use crate::grants;
use crate::kind::abilities::{Child, HoldsSecrets};
use crate::kind::foreign::options::{Options, of_wrapper};
use crate::kind::foreign::server;
use crate::kind::relation::lineage;
use crate::kind::relation::lineage::PartitionOf;
use crate::kind::relation::table::parents;
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Kind, Lookup, Sides};
use crate::leaf::{Item, List, Name, Qualified, Sql};
use crate::secret::Secret;
use crate::sql::own::{USER_SCHEMA, no_member};
use crate::sql::quote::{ident, qualified};
use crate::sql::tree::Class;
use crate::step::Step;

/// A foreign table.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForeignTable {
    /// The parent and the bound, if it is a partition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::kind) partition_of: Option<PartitionOf>,
    /// The tables it inherits from, in order (`pg_inherits.inhseqno`).
    #[serde(default, skip_serializing_if = "List::is_empty")]
    pub(in crate::kind) inherits: List<Qualified>,
    /// The server that has its rows (`pg_foreign_table.ftserver`).
    server: String,
    /// Options.
    #[serde(default, skip_serializing_if = "Options::is_empty")]
    options: Options,
}

impl ForeignTable {
    fn server(&self) -> String {
        Name::read(&self.server).map_or_else(|_| self.server.clone(), |name| name.0)
    }
}

impl Define for ForeignTable {
    const ABOUT: About = About {
        clauses: &[
            clause("partition_of", "partition of", Shape::Rest),
            clause("inherits", "inherits", Shape::Parens),
            clause("server", "server", Shape::Word),
            clause("options", "options", Shape::Parens),
        ],
        catalog: 1259,
        models: Some(("pg_class", "t.relkind = 'f'")),
        rights: Some(&grants::TABLE),
        owned: true,
        large: true,
        hides: &["options"],
        ..About::USUAL
    };

    fn query(_major: u32) -> String {
        format!(
            "SELECT c.oid AS _oid, n.nspname::text AS _1, c.relname::text AS _2, \
             pg_get_userbyid(c.relowner)::text AS _owner, c.relacl::text AS _acl, \
             CASE WHEN c.relispartition THEN p.parents || ' ' || pg_get_expr(c.relpartbound, c.oid) \
               END AS partition_of, \
             CASE WHEN NOT c.relispartition THEN p.parents END AS inherits, \
             quote_ident(s.srvname) AS server, {} AS options \
             FROM pg_foreign_table f JOIN pg_class c ON c.oid = f.ftrelid \
             JOIN pg_namespace n ON n.oid = c.relnamespace \
             JOIN pg_foreign_server s ON s.oid = f.ftserver \
             JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw \
             CROSS JOIN LATERAL (SELECT string_agg(quote_ident(pn.nspname) || '.' || \
               quote_ident(pc.relname), ', ' ORDER BY i.inhseqno) AS parents FROM pg_inherits i \
               JOIN pg_class pc ON pc.oid = i.inhparent \
               JOIN pg_namespace pn ON pn.oid = pc.relnamespace WHERE i.inhrelid = c.oid) p \
             WHERE {USER_SCHEMA} AND {}",
            of_wrapper("f.ftoptions"),
            no_member("pg_class", "c.oid")
        )
    }

    fn alter(&self, old: &Self, id: &Id, cx: &Sides<'_>) -> Alter {
        let Self { partition_of, inherits, server, options } = self;
        if *server != old.server {
            return Alter::Replace;
        }
        let (detach, attach) = parents::moved(&old.partition_of, partition_of, id);
        let mut steps: Vec<Step> = detach.into_iter().collect();
        match parents::inherit(&old.inherits, inherits, id, cx) {
            Ok((inherits, _)) => steps.extend(inherits),
            Err(why) => return Alter::Refuse(why.into()),
        }
        if let Some(parent) = lineage::arrives(old.partition_of.as_ref(), partition_of.as_ref()) {
            let former = old.partition_of.as_ref().map(PartitionOf::table);
            match parents::fit(id, former.as_ref(), &parent, cx) {
                Ok((fits, _)) => steps.extend(fits),
                Err(why) => return Alter::Refuse(why.into()),
            }
        }
        steps.extend(attach);
        if let Some(change) = options.change(&old.options) {
            steps.push(Step::new(format!("ALTER {} {change}", self.address(id))));
        }
        Alter::InPlace(steps)
    }
}

impl Describe for ForeignTable {
    fn address(&self, id: &Id) -> String {
        format!("FOREIGN TABLE {}", qualified(&id.path[0], &id.path[1]))
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, inner: &[String]) -> Vec<Step> {
        let mut sql = format!("CREATE {}", self.address(id));
        let list = format!("\n    {}\n", inner.join(",\n    "));
        let list = if inner.is_empty() { "" } else { &list };
        match &self.partition_of {
            Some(of) => {
                sql.push_str(&format!(" PARTITION OF {}", of.parent.sql()));
                if !inner.is_empty() {
                    sql.push_str(&format!(" ({list})"));
                }
                sql.push_str(&format!(" {}", of.bound));
            }
            None => sql.push_str(&format!(" ({list})")),
        }
        if !self.inherits.is_empty() {
            sql.push_str(&format!(" INHERITS ({})", self.inherits.sql()));
        }
        sql.push_str(&format!(" SERVER {}", ident(&self.server())));
        vec![Step::new(sql + &self.options.clause()).authored()]
    }

    fn references(&self, _id: &Id) -> Vec<Id> {
        let parents = self.partition_of.iter().map(|of| &of.parent).chain(&self.inherits.0);
        let parents = parents.flat_map(|name| {
            [Kind::Table, Kind::ForeignTable].map(|kind| Id::new(kind, name.path()))
        });
        parents.chain([Id::new(Kind::Server, [self.server()])]).collect()
    }

    fn needs(&self, _id: &Id, catalog: &Catalog) -> Vec<Id> {
        let server = Id::new(Kind::Server, [self.server()]);
        server::wrapper_of(&server, catalog).into_iter().collect()
    }

    fn leaves(&mut self, visit: &mut dyn FnMut(&'static str, Class, &mut Sql)) {
        if let Some(of) = &mut self.partition_of {
            visit("partition_of", Class::Bound, &mut of.bound);
        }
    }

    fn resolve(&mut self, _id: &Id, names: &Lookup<'_>) {
        if let Some(of) = &mut self.partition_of {
            names.relation(&mut of.parent);
        }
        for parent in &mut self.inherits.0 {
            names.relation(parent);
        }
        self.server = ident(&self.server());
    }

    fn occupies(&self, id: &Id) -> Vec<(&'static str, Vec<String>)> {
        // Its rows have a type of its name.
        vec![("relation", id.path.clone()), ("type", id.path.clone())]
    }
}

impl Child for ForeignTable {
    fn partition_of(&self) -> Option<&PartitionOf> {
        self.partition_of.as_ref()
    }

    fn inherits(&self) -> &[Qualified] {
        &self.inherits.0
    }

    fn partition_key(&self) -> Option<&Sql> {
        None
    }
}

impl HoldsSecrets for ForeignTable {
    fn secrets(&mut self, visit: &mut dyn FnMut(&str, &mut Secret)) {
        self.options.secrets(visit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(json: serde_json::Value) -> ForeignTable {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn a_foreign_table_stands_on_its_server() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let id = Id::new(Kind::ForeignTable, ["s", "t"]);
        let old = of(
            serde_json::json!({ "inherits": "s.p", "server": "\"S\"", "options": "region '1'" }),
        );
        assert_eq!(
            old.create(&id, &cx, &["x integer".to_owned()])[0].sql,
            "CREATE FOREIGN TABLE s.t (\n    x integer\n) INHERITS (s.p) SERVER \"S\" OPTIONS (region '1')"
        );
        let new = of(serde_json::json!({ "server": "\"S\"", "options": "region '2'" }));
        let Alter::InPlace(steps) = new.alter(&old, &id, &cx) else { panic!("in place") };
        let sql: Vec<&str> = steps.iter().map(|step| step.sql.as_str()).collect();
        assert_eq!(
            sql,
            ["ALTER TABLE s.t NO INHERIT s.p", "ALTER FOREIGN TABLE s.t OPTIONS (SET region '2')"]
        );
        let other = of(serde_json::json!({ "server": "z" }));
        assert_eq!(other.alter(&old, &id, &cx), Alter::Replace);
        let part = of(serde_json::json!({ "partition_of": "s.p default", "server": "z" }));
        assert_eq!(
            part.create(&id, &cx, &[])[0].sql,
            "CREATE FOREIGN TABLE s.t PARTITION OF s.p default SERVER z"
        );
    }
}
