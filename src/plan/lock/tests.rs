use serde_json::{Value, json};

use super::*;
use crate::catalog::{Object, Server};
use crate::id::Id;
use crate::plan::PlannedStep;

fn catalog() -> Catalog {
    let mut catalog =
        Catalog { server: Server { version: 150_018, ..Server::default() }, ..Catalog::default() };
    for (id, json) in [
        ("table:s.t", json!({})),
        ("column:s.t.a", json!({"type": "integer"})),
        ("column:s.t.d", json!({"type": "s.d"})),
        ("table:s.r", json!({})),
        ("table:s.Odd name", json!({})),
        ("table:s.parent", json!({})),
        ("table:s.child", json!({"inherits": ["s.parent"]})),
        ("table:s.p", json!({"partition_by": "range (k)"})),
        ("table:s.p1", json!({"partition_of": "s.p for values from (1) to (2)"})),
        ("table:s.rest", json!({"partition_of": "s.p default"})),
        ("view:s.v", json!({"query": "select 1 as a"})),
        ("materialized_view:s.m", json!({"query": "select 1 as a"})),
        ("sequence:s.q", json!({})),
        ("sequence:s.t_a_seq", json!({"owned_by": "s.t.a"})),
        ("type:s.c", json!({"attributes": "x integer"})),
        ("domain:s.d", json!({"type": "integer"})),
        ("constraint:s.t.k", json!({"unique": true, "columns": ["a"]})),
        (
            "constraint:s.t.to_r",
            json!({"foreign_key": true, "columns": ["a"], "references": "s.r (id)"}),
        ),
        ("constraint:s.t.positive", json!({"check": "a > 0"})),
        ("index:s.t.i", json!({"columns": ["a"]})),
        ("statistics:s.st", json!({"on": ["a", "b"], "from": "s.t"})),
    ] {
        let id: Id = id.parse().unwrap();
        let attrs = (id.kind.def().parse)(&json).unwrap_or_else(|e| panic!("{id}: {e}"));
        catalog.objects.insert(id, Object::new(attrs));
    }
    catalog
}

fn plan(transactions: &[&[&str]]) -> Vec<PlannedStep> {
    let step = |sql: &&str| PlannedStep { sql: (*sql).to_owned(), ..PlannedStep::default() };
    let transaction = |steps: &&[&str]| Transaction {
        block: true,
        steps: steps.iter().map(step).collect(),
        ..Transaction::default()
    };
    let mut transactions: Vec<Transaction> = transactions.iter().map(transaction).collect();
    lock(&mut transactions, &[], &catalog());
    transactions.into_iter().flat_map(|transaction| transaction.steps).collect()
}

/// The locks of a step in short: `s.r SRX, s.t AX`.
fn locks(step: &PlannedStep) -> String {
    let short = |lock: &Lock| {
        let mode: String =
            lock.mode.words().split(' ').filter_map(|word| word.chars().next()).collect();
        let mode = match mode.as_str() {
            "AE" => "AX".to_owned(),
            "SUE" => "SUX".to_owned(),
            "SRE" => "SRX".to_owned(),
            "RE" => "RX".to_owned(),
            "E" => "X".to_owned(),
            _ => mode,
        };
        format!("{} {mode}", lock.relation)
    };
    step.locks.iter().map(short).collect::<Vec<_>>().join(", ")
}

fn hazards(step: &PlannedStep) -> Vec<&str> {
    step.hazards.iter().map(|hazard| hazard.name.name()).collect()
}

#[test]
fn each_form_takes_the_locks_that_postgresql_takes() {
    for (sql, wanted) in [
        ("ALTER TABLE s.t ADD COLUMN x integer", "s.t AX"),
        ("ALTER TABLE s.t ADD COLUMN x integer REFERENCES s.r (id)", "s.r SRX, s.t AX"),
        ("ALTER TABLE s.t DROP COLUMN b", "s.t AX"),
        ("ALTER TABLE s.t DROP COLUMN a", "s.r AX, s.t AX, s.t_a_seq AX"),
        ("ALTER TABLE s.t ALTER COLUMN a TYPE bigint", "s.r AX, s.t AX"),
        ("ALTER TABLE s.r ALTER COLUMN id TYPE bigint", "s.r AX, s.t AX"),
        ("ALTER TABLE s.t ALTER COLUMN a SET STATISTICS 5", "s.t SUX"),
        ("ALTER TABLE s.t ALTER COLUMN a SET STORAGE plain", "s.t AX"),
        ("ALTER TABLE s.t ALTER a SET STATISTICS 5, ADD COLUMN x integer", "s.t AX"),
        ("ALTER TABLE s.t SET (fillfactor = 70)", "s.t SUX"),
        ("ALTER TABLE s.t VALIDATE CONSTRAINT to_r", "s.r RS, s.t SUX"),
        ("ALTER TABLE s.t VALIDATE CONSTRAINT positive", "s.t SUX"),
        ("ALTER TABLE s.t DROP CONSTRAINT to_r", "s.r AX, s.t AX"),
        ("ALTER TABLE s.t DROP CONSTRAINT positive", "s.t AX"),
        (
            "ALTER TABLE s.t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES s.r (id) NOT VALID",
            "s.r SRX, s.t SRX",
        ),
        (
            "ALTER TABLE s.t ADD CONSTRAINT f FOREIGN KEY (a, b) REFERENCES s.p (k, l)",
            "s.p SRX, s.p1 SRX, s.rest SRX, s.t SRX",
        ),
        ("ALTER TABLE s.t DISABLE TRIGGER g", "s.t SRX"),
        ("ALTER TABLE s.t ENABLE ROW LEVEL SECURITY", "s.t AX"),
        ("ALTER TABLE s.t OWNER TO o", "s.t AX, s.t_a_seq AX"),
        ("ALTER TABLE s.t REPLICA IDENTITY USING INDEX i", "s.i S, s.t AX"),
        ("ALTER TABLE s.child NO INHERIT s.parent", "s.child AX"),
        ("ALTER TABLE s.r INHERIT s.parent", "s.parent SUX, s.r AX"),
        ("ALTER TABLE s.parent ADD COLUMN x integer", "s.child AX, s.parent AX"),
        ("ALTER TABLE ONLY s.parent ALTER COLUMN x SET DEFAULT 1", "s.parent AX"),
        ("ALTER TABLE s.p ATTACH PARTITION s.r FOR VALUES IN (1)", "s.p SUX, s.r AX, s.rest AX"),
        ("ALTER TABLE s.p DETACH PARTITION s.p1", "s.p AX, s.p1 AX, s.rest AX"),
        ("ALTER TABLE s.p DETACH PARTITION s.p1 CONCURRENTLY", "s.p SUX, s.p1 AX"),
        ("ALTER TABLE s.p ADD CONSTRAINT u UNIQUE (k)", "s.p AX, s.p1 S, s.rest S"),
        ("ALTER TABLE s.p OWNER TO o", "s.p AX"),
        ("ALTER TABLE s.t RENAME COLUMN a TO b", "s.t AX"),
        ("ALTER TABLE s.\"Odd name\" ALTER COLUMN a DROP DEFAULT", "s.\"Odd name\" AX"),
        ("CREATE UNIQUE INDEX x ON s.t (a)", "s.t S"),
        ("CREATE INDEX CONCURRENTLY x ON s.t (a)", "s.t SUX"),
        ("CREATE INDEX x ON s.p (a)", "s.p S, s.p1 S, s.rest S"),
        ("CREATE INDEX x ON s.m (a)", "s.m S"),
        ("DROP INDEX s.i", "s.i AX, s.t AX"),
        ("DROP INDEX CONCURRENTLY s.i", "s.i SUX, s.t SUX"),
        ("ALTER INDEX s.i RENAME TO j", "s.i SUX"),
        ("ALTER INDEX s.k SET (fillfactor = 70)", "s.k SUX"),
        ("ALTER INDEX s.i SET (fastupdate = off)", "s.i AX"),
        ("CREATE TRIGGER g AFTER INSERT ON s.t FOR EACH ROW EXECUTE FUNCTION s.f()", "s.t SRX"),
        ("DROP TRIGGER g ON s.p", "s.p AX, s.p1 AX, s.rest AX"),
        ("CREATE POLICY y ON s.t USING (EXISTS (SELECT FROM s.r))", "s.t AX"),
        ("DROP POLICY y ON s.t", "s.t AX"),
        ("COMMENT ON TABLE s.t IS 'x'", "s.t SUX"),
        ("COMMENT ON COLUMN s.t.a IS 'x'", "s.t SUX"),
        ("COMMENT ON INDEX s.i IS 'x'", "s.i SUX"),
        ("COMMENT ON CONSTRAINT k ON s.t IS 'x'", ""),
        ("CREATE VIEW s.new AS SELECT * FROM s.t", ""),
        ("CREATE OR REPLACE VIEW s.v AS SELECT * FROM s.t", "s.v AX"),
        ("DROP VIEW s.v", "s.v AX"),
        ("REFRESH MATERIALIZED VIEW s.m", "s.m AX"),
        ("REFRESH MATERIALIZED VIEW CONCURRENTLY s.m", "s.m X"),
        ("CREATE TABLE s.n (a integer REFERENCES s.r (id))", "s.r SRX"),
        ("CREATE TABLE s.n () INHERITS (s.parent)", "s.parent SUX"),
        ("CREATE TABLE s.n PARTITION OF s.p FOR VALUES IN (1)", "s.p AX, s.rest AX"),
        ("DROP TABLE s.t", "s.r AX, s.t AX, s.t_a_seq AX"),
        ("DROP TABLE s.r CASCADE", "s.r AX, s.t AX"),
        ("DROP TABLE s.p1", "s.p AX, s.p1 AX, s.rest AX"),
        ("DROP TABLE s.p", "s.p AX, s.p1 AX, s.rest AX"),
        ("ALTER SEQUENCE s.q INCREMENT 5", "s.q SRX"),
        ("ALTER SEQUENCE s.q RENAME TO w", "s.q AX"),
        ("DROP SEQUENCE s.q", "s.q AX"),
        ("CREATE STATISTICS s.x ON a, b FROM s.t", "s.t SUX"),
        ("DROP STATISTICS s.st", "s.t SUX"),
        ("ALTER TABLE s.parent ALTER CONSTRAINT c NOT ENFORCED", "s.child AX, s.parent AX"),
        ("CREATE PUBLICATION p FOR TABLE ONLY s.t, TABLES IN SCHEMA s", "s.t SUX"),
        ("ALTER PUBLICATION p DROP TABLE ONLY s.t", "s.t SUX"),
        ("CREATE PUBLICATION p FOR ALL TABLES EXCEPT (TABLE ONLY s.t)", "s.t SUX"),
        (
            "ALTER PUBLICATION p SET ALL TABLES EXCEPT (TABLE ONLY s.t, TABLE ONLY s.r)",
            "s.r SUX, s.t SUX",
        ),
        ("ALTER DOMAIN s.d ADD CONSTRAINT c CHECK (VALUE > 0)", "s.t S"),
        ("ALTER DOMAIN s.d ADD CONSTRAINT c CHECK (VALUE > 0) NOT VALID", ""),
        ("ALTER TYPE s.c ADD ATTRIBUTE y integer", "s.c AX"),
        ("ALTER TYPE s.c RENAME TO e", "s.c AX"),
        ("DROP TYPE s.c", "s.c AX"),
        ("GRANT SELECT ON TABLE s.t TO o", ""),
        ("UPDATE s.p SET a = 1", "s.p RX, s.p1 RX, s.rest RX"),
        ("TRUNCATE s.t, s.r", "s.r AX, s.t AX"),
        ("ALTER TABLE s.t SET SCHEMA z, and then nobody knows", "s.t AX"),
    ] {
        assert_eq!(locks(&plan(&[&[sql]])[0]), wanted, "{sql}");
    }
}

#[test]
fn what_the_plan_creates_has_neither_locks_nor_hazards() {
    let steps = plan(&[&[
        "CREATE TABLE s.n (a integer)",
        "CREATE INDEX n_a ON s.n (a)",
        "ALTER TABLE s.n ADD CONSTRAINT c CHECK (a > 0)",
        "GRANT SELECT ON TABLE s.n TO o",
        "DROP VIEW s.v",
        "CREATE VIEW s.v AS SELECT 1 AS a",
        "COMMENT ON VIEW s.v IS 'x'",
        "GRANT SELECT ON TABLE s.v TO o",
    ]]);
    let seen: Vec<String> = steps.iter().map(locks).collect();
    assert_eq!(seen, ["", "", "", "", "s.v AX", "", "", ""]);
    assert!(steps.iter().all(|step| step.hazards.is_empty()));
}

#[test]
fn a_foreign_key_of_a_new_table_locks_the_old_one_also_later() {
    let steps = plan(&[&[
        "CREATE TABLE s.n (a integer)",
        "ALTER TABLE s.n ADD CONSTRAINT n_r FOREIGN KEY (a) REFERENCES s.r (id)",
    ]]);
    assert_eq!(locks(&steps[1]), "s.r SRX");
}

#[test]
fn a_foreign_key_that_is_gone_locks_nothing_when_its_table_goes() {
    let steps =
        plan(&[&["ALTER TABLE s.t DROP CONSTRAINT to_r", "DROP TABLE s.r", "DROP TABLE s.t"]]);
    assert_eq!(locks(&steps[1]), "s.r AX");
    assert_eq!(locks(&steps[2]), "s.t AX, s.t_a_seq AX");
}

#[test]
fn a_relation_is_called_what_it_is_called_at_that_moment() {
    let renamed = ["COMMENT ON TABLE s.z IS 'x'", "ALTER TABLE s.z RENAME TO t", "DROP INDEX s.i"];
    let seen: Vec<String> = plan(&[&renamed]).iter().map(locks).collect();
    assert_eq!(seen, ["s.z SUX", "s.z AX", "s.i AX, s.t AX"]);
    let moved = ["ALTER TABLE s.t SET SCHEMA o", "ALTER TABLE o.t RENAME TO u", "DROP INDEX o.i"];
    let seen: Vec<String> = plan(&[&moved]).iter().map(locks).collect();
    assert_eq!(seen, ["s.t AX, s.t_a_seq AX", "o.t AX", "o.i AX, o.u AX"]);
    // A name that no object has before or after the plan.
    let helper = ["ALTER INDEX s.i RENAME TO i_former", "DROP INDEX CONCURRENTLY s.i_former"];
    assert_eq!(locks(&plan(&[&helper])[1]), "s.i_former SUX, s.t SUX");
    let schema = ["ALTER SCHEMA o RENAME TO s", "DROP VIEW s.v"];
    assert_eq!(locks(&plan(&[&schema])[1]), "s.v AX");
}

#[test]
fn an_unqualified_name_is_looked_for_in_the_search_path_of_its_step() {
    let mut transactions = [Transaction {
        block: true,
        steps: plan(&[&["ALTER TABLE t ADD COLUMN x integer"]]),
        ..Transaction::default()
    }];
    assert!(transactions[0].steps[0].locks.is_empty());
    transactions[0].steps[0].search_path = Some(vec!["o".to_owned(), "s".to_owned()]);
    lock(&mut transactions, &[], &catalog());
    assert_eq!(locks(&transactions[0].steps[0]), "s.t AX");
}

#[test]
fn the_form_of_a_statement_says_what_it_risks() {
    for (sql, wanted) in [
        ("CREATE INDEX x ON s.t (a)", &["non-concurrent-index"][..]),
        ("CREATE INDEX CONCURRENTLY x ON s.t (a)", &[]),
        ("CREATE INDEX x ON s.p (a)", &["scan-blocks-writes", "locks-partition-tree"]),
        ("DROP INDEX s.i", &["non-concurrent-index"]),
        ("ALTER TABLE s.t ALTER COLUMN a SET NOT NULL", &["scan-exclusive"]),
        ("ALTER TABLE s.t ADD CONSTRAINT c CHECK (a > 0)", &["scan-exclusive"]),
        ("ALTER TABLE s.t ADD CONSTRAINT c CHECK (a > 0) NOT VALID", &[]),
        ("ALTER TABLE s.t ALTER CONSTRAINT c ENFORCED", &["scan-exclusive"]),
        ("ALTER TABLE s.t ALTER CONSTRAINT c NOT ENFORCED", &[]),
        ("ALTER TABLE s.t ADD COLUMN c integer CHECK (c > 0)", &["scan-exclusive"]),
        ("ALTER TABLE s.t ADD COLUMN c integer NOT NULL DEFAULT 0", &[]),
        ("ALTER TABLE s.t ADD CONSTRAINT u UNIQUE (a)", &["scan-exclusive"]),
        ("ALTER TABLE s.t ADD CONSTRAINT u UNIQUE USING INDEX i", &[]),
        (
            "ALTER TABLE s.t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES s.r (id)",
            &["scan-blocks-writes"],
        ),
        ("ALTER TABLE s.t DROP CONSTRAINT to_r", &["locks-other-table"]),
        ("ALTER TABLE s.t ENABLE ROW LEVEL SECURITY", &["rls-change"]),
        ("ALTER POLICY y ON s.t USING (true)", &["rls-change"]),
        ("GRANT SELECT ON TABLE s.t TO o", &["privilege-change"]),
        ("REVOKE SELECT (a) ON TABLE s.t FROM o", &["privilege-change"]),
        ("GRANT a TO b", &[]),
        ("ALTER TABLE s.t OWNER TO o", &["privilege-change"]),
        ("ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO o", &["privilege-change"]),
        ("ALTER VIEW s.v SET (security_invoker = true)", &["privilege-change"]),
        ("ALTER EXTENSION citext UPDATE", &["extension-change"]),
        ("ALTER SEQUENCE s.q INCREMENT 5", &["sequence-lock"]),
        ("ALTER TABLE s.t REPLICA IDENTITY FULL", &["replica-identity"]),
        ("ALTER INDEX s.i SET (fastupdate = off)", &["gin-brin-storage-parameter"]),
        ("ALTER DOMAIN s.d SET NOT NULL", &["scan-blocks-writes", "domain-fanout"]),
        (
            "CREATE TABLE s.n PARTITION OF s.p FOR VALUES IN (1)",
            &["partition-created-in-place", "default-partition-scan", "locks-other-table"],
        ),
        ("ALTER TABLE s.p DETACH PARTITION s.rest", &["detach-blocking"]),
        ("COMMENT ON TABLE s.t IS 'x'", &[]),
    ] {
        assert_eq!(hazards(&plan(&[&[sql]])[0]), wanted, "{sql}");
    }
}

#[test]
fn validating_in_the_transaction_that_added_the_constraint_is_no_help() {
    let add = "ALTER TABLE s.t ADD CONSTRAINT c CHECK (a > 0) NOT VALID";
    let validate = "ALTER TABLE s.t VALIDATE CONSTRAINT c";
    let together = plan(&[&[add, validate]]);
    assert_eq!(hazards(&together[1]), ["not-valid-and-validate-together"]);
    assert!(plan(&[&[add], &[validate]])[1].hazards.is_empty());
}

#[test]
fn a_hazard_names_its_object_and_a_way_round() {
    let steps = plan(&[&["ALTER TABLE s.t ADD CONSTRAINT c CHECK (a > 0)"]]);
    assert_eq!(
        steps[0].hazards[0].message,
        "s.t is read while its reads and writes wait; with --online always they go on"
    );
}

#[test]
fn ten_thousand_steps_on_new_relations_are_not_parsed() {
    let words = {
        let catalog = catalog();
        let mut words = Words::default();
        words.add(There::new(&catalog).names());
        words
    };
    assert!(!words.concern("CREATE TABLE s.table_1 (id bigint PRIMARY KEY, name text)"));
    assert!(!words.concern("CREATE FUNCTION s.f() RETURNS int AS 'SELECT a FROM s.t'"));
    assert!(words.concern("CREATE INDEX x ON s.T (a)"));
    assert!(words.concern("DROP TABLE s.\"Odd name\""));
}

#[test]
fn numbers_of_the_grammar_are_read_by_name() {
    let parsed = tree::parse(Class::Statements, "ALTER TABLE s.t SET LOGGED").unwrap();
    let number = parsed.pointer("/0/AlterTableStmt/cmds/0/AlterTableCmd/subtype");
    let wanted = pg_query::protobuf::AlterTableType::AtSetLogged as i32;
    assert_eq!(number, Some(&Value::from(wanted)));
}
