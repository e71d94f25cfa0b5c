mod edited;

use super::*;

/// Checks a plan that says what its statements change.
fn checked(transactions: &[Transaction]) -> Result<(), Foreign> {
    let (mut plan, changes) = (transactions.to_vec(), [of("table:s.t")]);
    let touches = read(&plan, &BTreeSet::new()).touches(&changes);
    for (step, touches) in plan.iter_mut().flat_map(|it| &mut it.steps).zip(touches) {
        step.touches = touches;
    }
    check(&plan, &changes)
}

fn of(object: &str) -> Change {
    let text =
        serde_json::json!({"object": object, "kind": object.split(':').next(), "action": "alter"});
    serde_json::from_value(text).unwrap()
}

fn planned(sqls: &[&str]) -> Vec<Transaction> {
    let step = |sql: &&str| PlannedStep {
        sql: (*sql).to_owned(),
        changes: vec![0],
        ..PlannedStep::default()
    };
    vec![Transaction {
        block: true,
        steps: sqls.iter().map(step).collect(),
        ..Transaction::default()
    }]
}

#[test]
fn a_routine_is_made_again_only_with_the_same_arguments() {
    let create = |arguments: &str| {
        format!("CREATE FUNCTION s.f({arguments}) RETURNS int LANGUAGE sql RETURN 1")
    };
    for (drop, made, again) in [
        ("s.f(integer)", "a int, OUT b text", true),
        ("s.f(s.status, integer[])", "status, int[]", true),
        ("s.f(integer)", "a text", false),
        ("s.f(integer)", "a int[]", false),
        ("s.f(integer)", "", false),
        ("s.f(a.status)", "b.status", false),
    ] {
        let (drop, create) = (format!("DROP FUNCTION {drop}"), create(made));
        assert_eq!(checked(&planned(&[&drop, &create])).is_ok(), again, "{drop}; {create}");
    }
    let aggregate =
        "CREATE AGGREGATE s.f(double precision ORDER BY anyelement) (SFUNC = g, STYPE = int)";
    let drop = "DROP AGGREGATE s.f(float8 ORDER BY anyelement)";
    assert!(checked(&planned(&[drop, aggregate])).is_ok());
    assert!(checked(&planned(&["DROP AGGREGATE s.f(*)", aggregate])).is_err());
}

#[test]
fn a_statement_that_the_plan_says_of_nothing_is_refused() {
    let alone = |sql: &str| {
        let mut plan = planned(&[sql]);
        plan[0].steps[0].changes.clear();
        checked(&plan)
    };
    for sql in [
        "ALTER ROLE CURRENT_USER CONNECTION LIMIT 77",
        "GRANT pg_execute_server_program TO CURRENT_USER, mallory",
        "GRANT a, b TO CURRENT_USER",
        "GRANT a TO mallory",
        "ALTER TABLE s.t RENAME TO gone",
        "ALTER DATABASE d OWNER TO mallory",
        "ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC",
        "CREATE ROLE r",
    ] {
        assert!(alone(sql).is_err(), "{sql}");
    }
    for sql in
        ["GRANT r TO CURRENT_USER WITH SET TRUE", "SET LOCAL ROLE r", "REVOKE r FROM CURRENT_USER"]
    {
        assert_eq!(alone(sql), Ok(()), "{sql}");
    }
}

#[test]
fn roles_and_owners_change_where_the_plan_says_so() {
    for (sql, object, fits) in [
        ("ALTER ROLE victim RENAME TO v", "role:other", false),
        ("ALTER DATABASE d OWNER TO mallory", "database:e", false),
        ("ALTER DATABASE d OWNER TO keeper", "database:d", true),
        ("ALTER TABLE s.precious OWNER TO mallory", "table:s.t", false),
        ("ALTER TABLE s.t OWNER TO keeper", "table:s.t", true),
        ("ALTER FUNCTION s.f(integer) OWNER TO keeper", "function:s.f(integer)", true),
        ("ALTER FUNCTION s.g(integer) OWNER TO keeper", "function:s.f(integer)", false),
        ("CREATE ROLE r ROLE mallory", "role:r", false),
        ("CREATE ROLE r IN ROLE postgres", "role:r", false),
        ("CREATE ROLE r ADMIN mallory", "role:r", false),
        ("CREATE ROLE r LOGIN", "role:r", true),
    ] {
        assert_eq!(check(&planned(&[sql]), &[of(object)]).is_ok(), fits, "{sql} {object}");
    }
}

#[test]
fn a_block_executes_what_a_plan_writes_and_nothing_else() {
    let rename = |of: &str, name: &str, args: &str| {
        format!(
            "DO $$DECLARE copy regclass; BEGIN SELECT c.oid INTO STRICT copy FROM pg_catalog.pg_index i \
             JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_inherits h ON h.inhrelid = c.oid \
             JOIN pg_catalog.pg_class p ON p.oid = h.inhparent WHERE i.indrelid = {of}::pg_catalog.regclass AND \
             p.relname = 'i'; IF copy::oid <> COALESCE(pg_catalog.to_regclass('s.j')::oid, 0) THEN EXECUTE \
             pg_catalog.format('ALTER INDEX %s RENAME TO %I', {args}, {name}); END IF; END$$"
        )
    };
    assert_eq!(checked(&planned(&[&rename("'s.t'", "'j'", "copy")])), Ok(()));
    for bent in [
        rename("'s.t'", "'j'", "'s.i rename to j; drop table s.precious; alter index s.k'"),
        rename("(SELECT 's.t')", "'j'", "copy"),
        "DO $$BEGIN EXECUTE pg_catalog.format('ALTER INDEX %s RENAME TO %I', 'a', 'b'); END$$".to_owned(),
        "DO $$BEGIN EXECUTE 'ALTER MATERIALIZED VIEW s.v ALTER COLUMN c SET STORAGE ' || CASE WHEN true THEN \
         'plain; drop table s.precious' END; END$$"
            .to_owned(),
    ] {
        assert!(checked(&planned(&[&bent])).is_err(), "{bent}");
    }
}

#[test]
fn a_counter_is_set_from_what_is_there() {
    assert!(checked(&planned(&["SELECT pg_catalog.setval('s.q', 1)"])).is_err());
    assert_eq!(checked(&planned(&["SELECT pg_catalog.setval('s.q', max(a)) FROM s.t"])), Ok(()));
    let moves_on = "SELECT setval('s.q', last_value, is_called) FROM s.p \
                    WHERE last_value > (SELECT last_value FROM s.q)";
    assert_eq!(checked(&planned(&[moves_on])), Ok(()));
    let other = "SELECT setval('s.q', last_value, is_called) FROM s.p WHERE 1 = (SELECT s.f())";
    assert!(checked(&planned(&[other])).is_err());
}

#[test]
fn a_counter_is_set_to_a_constant_only_where_that_becomes_its_bound() {
    let set = "SELECT setval('s.q', 99, true) FROM s.q WHERE last_value > 99";
    let narrow = "ALTER SEQUENCE s.q MAXVALUE 99";
    assert_eq!(checked(&planned(&[set, narrow])), Ok(()));
    let identity = "ALTER TABLE s.t ALTER COLUMN a SET MAXVALUE 99";
    assert_eq!(checked(&planned(&[set, identity])), Ok(()));
    for bent in [
        vec![set],
        vec![set, "ALTER SEQUENCE s.q MAXVALUE 98"],
        vec!["SELECT setval('s.q', 99, true) FROM s.q WHERE last_value > 1", narrow],
        vec!["SELECT setval('s.q', 99, true) FROM s.q", narrow],
        vec!["ALTER SEQUENCE s.q RESTART WITH 1"],
        vec!["ALTER TABLE s.t ALTER COLUMN a RESTART WITH 1"],
    ] {
        assert!(checked(&planned(&bent)).is_err(), "{bent:?}");
    }
}

#[test]
fn a_sequence_begins_again_only_beyond_its_bounds() {
    let toml = "namespace = 's'\n[sequence]\nq = 'maxvalue 100'\n\
                [table.t.column]\na = 'int generated always as identity'\n";
    let objects = crate::declare::text(toml).unwrap().as_current().objects;
    let current = Catalog { objects, ..Catalog::default() };
    for (sql, lost) in [
        ("ALTER SEQUENCE s.q RESTART", true),
        ("ALTER SEQUENCE s.q INCREMENT 2 MAXVALUE 99 RESTART", true),
        ("ALTER SEQUENCE s.q MINVALUE 101 MAXVALUE 200 START 101 RESTART", false),
        ("ALTER SEQUENCE s.q INCREMENT 2", false),
        ("ALTER TABLE s.t ALTER COLUMN a SET INCREMENT 2 RESTART", true),
        ("ALTER TABLE s.t ALTER COLUMN a SET MINVALUE -10 SET MAXVALUE -1 RESTART", false),
    ] {
        assert_eq!(
            !not_harmless(&planned(&[sql]), &BTreeSet::new(), &current).is_empty(),
            lost,
            "{sql}"
        );
    }
}

#[test]
fn rows_are_kept_by_one_transaction_whole_and_as_they_are() {
    let keeps = |save: &str, between: &str, back: &str, cut: bool| {
        let all = [save, "DROP TABLE s.t", "CREATE TABLE s.t (a bigint)", between, back];
        let mut plan = planned(&all.into_iter().filter(|sql| !sql.is_empty()).collect::<Vec<_>>());
        if cut {
            let steps = plan[0].steps.split_off(1);
            plan.push(Transaction { block: true, steps, ..Transaction::default() });
        }
        checked(&plan).is_ok()
    };
    let (save, back) =
        ("CREATE TABLE s.k AS SELECT * FROM s.t", "INSERT INTO s.t (a) SELECT a::bigint FROM s.k");
    assert!(keeps(save, "", back, false));
    assert!(!keeps(save, "", back, true));
    assert!(!keeps(save, "CREATE RULE r AS ON INSERT TO s.t DO INSTEAD NOTHING", back, false));
    let current = {
        let toml = "namespace = 's'\n[table.t.column]\na = 'int'\n";
        let objects = crate::declare::text(toml).unwrap().as_current().objects;
        Catalog { objects, ..Catalog::default() }
    };
    for (save, back, whole) in [
        (save, back, true),
        ("CREATE TABLE s.k AS SELECT a - a AS a FROM s.t", back, false),
        ("CREATE TABLE s.k AS SELECT max(a) AS a FROM s.t", back, false),
        (save, "INSERT INTO s.t (a) SELECT a * 0 FROM s.k", false),
        (save, "INSERT INTO s.t (a) SELECT coalesce(a, 0) FROM s.k", true),
        (save, "INSERT INTO s.t (a) SELECT CASE WHEN false THEN a END FROM s.k", false),
        (save, "INSERT INTO s.t (a) SELECT a::\"char\"::bigint FROM s.k", false),
        (save, "INSERT INTO s.t (b, a) SELECT a, b FROM s.k", false),
        (save, "INSERT INTO s.t (a) SELECT (a).x FROM s.k", false),
        ("CREATE TABLE s.k AS SELECT b AS a, a AS b FROM s.t", back, false),
        ("CREATE TABLE s.k AS SELECT a::smallint::float4 AS a FROM s.t", back, false),
    ] {
        let plan = planned(&[save, "DROP TABLE s.t", "CREATE TABLE s.t (a bigint)", back]);
        assert_eq!(
            not_harmless(&plan, &BTreeSet::new(), &current).is_empty(),
            whole,
            "{save}; {back}"
        );
    }
    let narrow = ["CREATE TABLE s.k AS TABLE s.t", "DROP TABLE s.t", "CREATE TABLE s.t (a float4)"];
    let plan = planned(&[&narrow[..], &["INSERT INTO s.t (a) SELECT a FROM s.k"]].concat());
    assert!(!not_harmless(&plan, &BTreeSet::new(), &current).is_empty());
    let lost = |sql: &str| !not_harmless(&planned(&[sql]), &BTreeSet::new(), &current).is_empty();
    assert!(lost("ALTER TABLE s.t ALTER COLUMN a TYPE numeric(3,1)"));
    assert!(!lost("ALTER TABLE s.t ALTER COLUMN a TYPE bigint"));
}

#[test]
fn another_role_grants_and_does_nothing_else() {
    let role = "SET LOCAL ROLE r";
    let grant = "GRANT SELECT ON s.t TO b";
    assert!(checked(&planned(&[role, grant, "RESET ROLE"])).is_ok());
    let view = "CREATE VIEW s.v AS SELECT 1";
    assert!(checked(&planned(&[role, "RESET ROLE", view])).is_ok());
    assert!(checked(&planned(&[role, view, "RESET ROLE"])).is_err());
    assert!(checked(&planned(&[role, grant, view])).is_err());
}

#[test]
fn a_counter_is_lost_unless_another_sequence_took_it_over_before() {
    let drop = "DROP SEQUENCE s.old";
    let take = |to: &str| format!("SELECT setval('{to}', last_value, is_called) FROM s.old");
    let (other, itself) = (take("s.new"), take("s.old"));
    for (sqls, lost) in [
        ([other.as_str(), drop], false),
        ([drop, other.as_str()], true),
        ([itself.as_str(), drop], true),
    ] {
        let losses = read(&planned(&sqls), &BTreeSet::new()).losses.concat();
        let gated = losses.iter().any(|loss| loss.gate == Hazard::DataLoss);
        assert_eq!(gated, lost, "{sqls:?}");
    }
}

#[test]
fn what_is_dropped_and_made_again_is_no_undeclared_drop() {
    for (drop, create) in [
        ("DROP LANGUAGE l", "CREATE LANGUAGE l HANDLER s.h"),
        ("DROP EVENT TRIGGER e", "CREATE EVENT TRIGGER e ON sql_drop EXECUTE FUNCTION s.f()"),
        ("DROP VIEW s.v", "CREATE VIEW s.v AS SELECT 1"),
        ("DROP FOREIGN DATA WRAPPER w", "CREATE FOREIGN DATA WRAPPER w"),
    ] {
        assert!(checked(&planned(&[drop, create])).is_ok(), "{create}");
        assert!(checked(&planned(&[drop])).is_err(), "{drop}");
    }
}

#[test]
fn what_a_statement_changes_stands_in_the_plan() {
    let refused = |sqls: &[&str]| check(&planned(sqls), &[of("table:s.t")]).is_err();
    for said in [
        "ALTER TABLE s.t DISABLE ROW LEVEL SECURITY",
        "CREATE INDEX i ON s.t (a)",
        "DROP TRIGGER g ON s.t",
        "GRANT SELECT (a) ON s.t TO r",
    ] {
        assert!(!refused(&[said]), "{said}");
    }
    // What is made and dropped again is there for a while only.
    let own = ["CREATE TABLE s.k AS TABLE s.t", "INSERT INTO s.t (a) SELECT a FROM s.k"];
    assert!(!refused(&[&own[..], &["DROP TABLE s.k"]].concat()));
    for other in [
        "ALTER TABLE s.u DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE s.u RENAME TO n",
        "ALTER TABLE s.u SET SCHEMA x",
        "CREATE INDEX i ON s.u (a)",
        "DROP TRIGGER g ON s.u",
        "DROP POLICY p ON s.u",
        "ALTER POLICY p ON s.u USING (true)",
        "GRANT SELECT ON s.u TO r",
        "GRANT SELECT ON ALL TABLES IN SCHEMA s TO r",
        "GRANT EXECUTE ON FUNCTION s.f() TO r",
        "ALTER FUNCTION s.f() SECURITY DEFINER",
        "CREATE OR REPLACE FUNCTION s.f() RETURNS int LANGUAGE sql RETURN 1",
        "ALTER TABLE s.t ATTACH PARTITION s.u DEFAULT",
        "ALTER TABLE s.t INHERIT s.u",
        "ALTER SEQUENCE s.q OWNED BY s.t.a",
        "ALTER EXTENSION e ADD TABLE s.u",
        "CREATE RULE r AS ON INSERT TO s.u DO INSTEAD NOTHING",
        "ALTER TABLE t DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE s.t DROP CONSTRAINT k CASCADE",
        "CREATE TABLE s.n (a int)",
        "CREATE TABLE s.n AS SELECT * FROM s.t",
        "CREATE VIEW s.n AS SELECT * FROM s.t",
        "CREATE FUNCTION s.n() RETURNS int LANGUAGE sql RETURN 1",
        "DROP INDEX s.u_a_idx CASCADE",
        "ALTER INDEX s.u RENAME TO n",
        "COMMENT ON COLUMN s.u.a IS 'x'",
        "SELECT setval('s.q', max(a)) FROM s.t",
        "SELECT setval(pg_get_serial_sequence('s.u', 'a'), max(a)) FROM s.t",
        "ALTER PUBLICATION p DROP TABLE s.t",
        "ALTER EVENT TRIGGER e DISABLE",
        "GRANT ALL ON SCHEMA s TO PUBLIC",
        "ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC",
        "ALTER DEFAULT PRIVILEGES FOR ROLE r IN SCHEMA s GRANT ALL ON TABLES TO PUBLIC",
    ] {
        assert!(refused(&[other]), "{other}");
    }
    let role = "ALTER DEFAULT PRIVILEGES FOR ROLE r IN SCHEMA s GRANT ALL ON TABLES TO PUBLIC";
    for (sql, object) in [
        (role, "default_privileges:for role r in schema s"),
        ("GRANT ALL ON SCHEMA s TO PUBLIC", "schema:s"),
        ("ALTER PUBLICATION p DROP TABLE s.t", "publication_table:p.\"s.t\""),
    ] {
        assert_eq!(check(&planned(&[sql]), &[of(object)]), Ok(()), "{sql}");
    }
    // What is shown above the statement is said, too.
    let mut plan = planned(&["ALTER TABLE s.u RENAME TO n"]);
    plan[0].steps[0].touches = ["relation s.u".to_owned()].into();
    assert!(check(&plan, &[of("table:s.t")]).is_ok());
}

#[test]
fn what_frees_a_role_from_privileges_is_said_of_that_role() {
    let checked = |sql: &str, object: &str, said: bool| {
        let mut plan = planned(&[sql]);
        if said {
            let hazard = StepHazard { name: Hazard::PrivilegeChange, message: String::new() };
            plan[0].steps[0].hazards.push(hazard);
        }
        check(&plan, &[of(object)]).is_ok()
    };
    assert!(checked("CREATE ROLE app LOGIN", "role:app", false));
    for sql in
        ["CREATE ROLE app SUPERUSER", "ALTER ROLE app BYPASSRLS", "ALTER ROLE app CREATEROLE"]
    {
        assert!(!checked(sql, "role:app", false), "{sql}");
        assert!(checked(sql, "role:app", true), "{sql}");
        assert!(!checked(sql, "role:other", true), "{sql}");
        assert!(!checked(sql, "schema:app", true), "{sql}");
    }
}

#[test]
fn what_a_table_has_from_its_parent_holds_values() {
    let toml = "namespace = 's'\n[table.p.column]\na = 'int'\n[table.c]\ninherits = 'p'\n\
                [type]\nct = 'as (x int, y int)'\n[table.u.column]\nv = 'ct'\n";
    let mut current = Catalog {
        objects: crate::declare::text(toml).unwrap().as_current().objects,
        ..Catalog::default()
    };
    let ids: Vec<Id> = ["column:s.u.v", "type:s.ct"].map(|id| id.parse().unwrap()).into();
    current.needs = crate::catalog::Links::new(ids, vec![(0, 1)]);
    let lost = |sql: &str, harmless: &str| {
        let mut plan = planned(&[sql]);
        plan[0].steps[0].harmless.insert(harmless.to_owned());
        !not_harmless(&plan, &BTreeSet::new(), &current).is_empty()
    };
    assert!(lost("ALTER TABLE s.c DROP COLUMN a", "column s.c.a"));
    assert!(lost("ALTER TYPE s.ct DROP ATTRIBUTE y CASCADE", "attribute s.ct.y"));
}
