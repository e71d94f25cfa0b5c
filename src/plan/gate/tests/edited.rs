//! Plans that were edited, each with a digest that fits: what they would destroy is told from their statements.

use super::*;

/// A database with a table, a partitioned table, a type that nothing uses, and a role that is free of privileges.
fn database() -> Catalog {
    let toml = "namespace = 's'\n[table.t.column]\na = 'int'\nb = 'text'\n\
                [table.p]\npartition_by = 'list (a)'\n[table.p.column]\na = 'int'\n\
                [table.p.partition]\np1 = 'for values in (1)'\n[enum]\nidle = ['x']\n\
                [role]\nroot = 'superuser'\napp = 'login'\n";
    let objects = crate::declare::text(toml).unwrap().as_current().objects;
    Catalog { objects, ..Catalog::default() }
}

/// Whether a plan is refused, either for its statements or for what the database has, though it calls all of this harmless
/// and says all that it changes.
fn refused(sqls: &[&str], harmless: &[&str]) -> bool {
    let mut plan = planned(sqls);
    for step in &mut plan[0].steps {
        step.harmless = harmless.iter().map(|key| (*key).to_owned()).collect();
    }
    checked(&plan).is_err() || !not_harmless(&plan, &BTreeSet::new(), &database()).is_empty()
}

#[test]
fn a_renamed_column_is_the_column_that_it_was() {
    for harmless in ["column s.t.x", "column s.t.a"] {
        let plan = ["ALTER TABLE s.t RENAME COLUMN a TO x", "ALTER TABLE s.t DROP COLUMN x"];
        assert!(refused(&plan, &[harmless]), "{harmless}");
    }
    assert!(refused(&["ALTER TABLE s.t DROP COLUMN c"], &["column s.t.c"]));
}

/// A plan that makes `s.t` again, with statements between its own.
fn made_again(save: &str, drop: &[&str], create: &[&str], restore: &str) -> bool {
    let again = ["CREATE TABLE s.t (a int, b text)"];
    let plan = [&[save][..], drop, &["DROP TABLE s.t"], &again, create, &[restore]].concat();
    refused(&plan, &[])
}

#[test]
fn rows_are_kept_only_by_a_query_of_columns() {
    let (save, back) =
        ("CREATE TABLE s.k AS SELECT a, b FROM s.t", "INSERT INTO s.t (a, b) SELECT a, b FROM s.k");
    assert!(!made_again(save, &[], &[], back));
    for save in [
        "CREATE TABLE s.k AS SELECT a, b, generate_series(1, 0) AS n FROM s.t",
        "CREATE TABLE s.k AS SELECT a, b, t.f FROM s.t",
        "CREATE TABLE s.k AS SELECT a, b FROM s.t AS x (b, a)",
        "CREATE TABLE s.k (b, a) AS SELECT a, b FROM s.t",
    ] {
        assert!(made_again(save, &[], &[], back), "{save}");
    }
    for back in [
        "INSERT INTO s.t (a, b, c) SELECT a, b, generate_series(1, 0) FROM s.k",
        "INSERT INTO s.t (a, b) SELECT a, b FROM s.k AS x (b, a)",
        "INSERT INTO s.t SELECT * FROM s.k",
        "INSERT INTO s.t (b, a) SELECT a, b FROM s.k",
    ] {
        assert!(made_again(save, &[], &[], back), "{back}");
    }
    let filled = "INSERT INTO s.t (a, b, c) SELECT a, b, coalesce(f(b)) FROM s.k";
    assert!(!made_again(save, &[], &[], filled));
}

#[test]
fn nothing_else_comes_to_the_name_of_a_table_whose_rows_are_saved() {
    let (save, back) =
        ("CREATE TABLE s.k AS SELECT a, b FROM s.t", "INSERT INTO s.t (a, b) SELECT a, b FROM s.k");
    for drop in [
        &["ALTER TABLE s.t RENAME TO u", "ALTER TABLE s.v RENAME TO t"][..],
        &["ALTER INDEX s.t RENAME TO u", "ALTER INDEX s.v RENAME TO t"],
        &["ALTER TABLE s.t SET SCHEMA x", "ALTER TABLE y.t SET SCHEMA s"],
        &["ALTER SCHEMA s RENAME TO x", "ALTER SCHEMA y RENAME TO s"],
        &["ALTER TABLE s.t ATTACH PARTITION s.v DEFAULT"],
        &["ALTER TABLE s.t RENAME COLUMN a TO x"],
        &["ALTER SEQUENCE s.q OWNED BY s.t.a"],
    ] {
        assert!(made_again(save, drop, &[], back), "{drop:?}");
    }
    for create in [
        &["DROP TABLE s.k", "CREATE TABLE s.k (a int, b text)"][..],
        &[
            "CREATE TABLE s.t1 PARTITION OF s.t DEFAULT",
            "CREATE TRIGGER g BEFORE INSERT ON s.t1 FOR EACH ROW EXECUTE FUNCTION s.f()",
        ],
    ] {
        assert!(made_again(save, &[], create, back), "{create:?}");
    }
    let view = [save, "DROP TABLE s.t", "CREATE VIEW s.t AS SELECT a, b FROM s.o", back];
    assert!(refused(&view, &[]));
    // The names of two columns of another table say nothing of these.
    let other = ["ALTER TABLE s.o RENAME COLUMN a TO b", "ALTER TABLE s.o RENAME COLUMN b TO a"];
    let crossed = "INSERT INTO s.t (b, a) SELECT a, b FROM s.k";
    let plan = [&other[..], &[save, "DROP TABLE s.t", "CREATE TABLE s.t (a int, b text)", crossed]];
    assert!(refused(&plan.concat(), &[]));
}

#[test]
fn a_type_that_the_plan_uses_is_not_dropped_with_its_users() {
    let cascade = "DROP TYPE s.idle CASCADE";
    let column = "ALTER TABLE s.t ALTER COLUMN b TYPE s.idle USING b::s.idle";
    let (harmless, tmp) =
        (["type s.idle", "type s.former", "type s.tmp"], "DROP DOMAIN s.tmp CASCADE");
    for plan in [
        &[column, cascade][..],
        &[column, "ALTER TYPE s.idle RENAME TO former", "DROP TYPE s.former CASCADE"],
        &["CREATE DOMAIN s.tmp AS text", "ALTER TABLE s.t ALTER COLUMN b TYPE s.tmp", tmp],
        &["CREATE DOMAIN s.tmp AS text", tmp],
    ] {
        assert!(refused(plan, &harmless), "{plan:?}");
    }
    let attribute = [
        "ALTER TABLE s.t ALTER COLUMN b TYPE s.ct USING row(b)",
        "ALTER TYPE s.ct DROP ATTRIBUTE x",
    ];
    assert!(refused(&attribute, &["attribute s.ct.x"]));
}

#[test]
fn a_partition_is_kept_with_its_parent_only_while_it_is_one() {
    let save = "CREATE TABLE s.k AS TABLE s.p";
    let again = [
        "CREATE TABLE s.p (a int) PARTITION BY LIST (a)",
        "CREATE TABLE s.p1 PARTITION OF s.p DEFAULT",
    ];
    let back = "INSERT INTO s.p (a) SELECT a FROM s.k";
    let harmless = ["relation s.p1"];
    let (part, whole) = ("DROP TABLE s.p1", "DROP TABLE s.p");
    let plan = [&[save, part, whole][..], &again, &[back]].concat();
    assert!(!refused(&plan, &harmless));
    let detach = "ALTER TABLE s.p DETACH PARTITION s.p1";
    for plan in [
        [&[detach, save, part, whole][..], &again, &[back]].concat(),
        [&[save, whole][..], &again, &[back, part]].concat(),
        [&[part, save, whole][..], &again, &[back]].concat(),
    ] {
        assert!(refused(&plan, &harmless), "{plan:?}");
    }
    // What comes to a partition after that goes with its parent.
    let attach = "ALTER TABLE s.p1 ATTACH PARTITION s.t DEFAULT";
    let plan = [&[save, attach, whole][..], &again, &[back]].concat();
    assert!(refused(&plan, &harmless));
}

#[test]
fn what_a_plan_ties_to_another_object_is_lost_with_it() {
    for plan in [
        &["ALTER SEQUENCE s.q OWNED BY s.k.a", "DROP TABLE s.k"][..],
        &["ALTER EXTENSION e ADD TABLE s.t", "DROP EXTENSION e"],
        &["ALTER TABLE s.n ATTACH PARTITION s.t DEFAULT", "DROP TABLE s.n"],
    ] {
        let (tie, drop) = (plan[0], plan[1]);
        let mut plan = planned(&[
            "CREATE TABLE s.k AS SELECT 1 AS a",
            "SELECT setval('s.k', max(a)) FROM s.k",
            tie,
            drop,
        ]);
        let hazards = [Hazard::DataLoss, Hazard::UndeclaredDrop];
        plan[0].steps[3].hazards =
            hazards.map(|name| StepHazard { name, message: String::new() }).into();
        let step = &mut plan[0].steps[3];
        step.changes = vec![1];
        let changes = [
            of("table:s.t"),
            of(if drop.ends_with(" e") {
                "extension:e"
            } else if drop.ends_with('n') {
                "table:s.n"
            } else {
                "table:s.k"
            }),
        ];
        let touches = read(&plan, &BTreeSet::new()).touches(&changes);
        for (step, touches) in plan[0].steps.iter_mut().zip(touches) {
            step.touches = touches;
        }
        let error = check(&plan, &changes).unwrap_err();
        assert!(error.why.contains("is lost") || error.why.contains("are lost"), "{error:?}");
    }
}

#[test]
fn no_row_is_written_after_a_rule_that_writes() {
    let rule = |action: &str| format!("CREATE RULE r AS ON INSERT TO s.o DO INSTEAD {action}");
    let write = ["CREATE TABLE s.k AS SELECT 1 AS a", "INSERT INTO s.o (a) SELECT a FROM s.k"];
    for (action, refuses) in [("DELETE FROM s.t", true), ("NOTHING", false)] {
        assert_eq!(refused(&[&[rule(action).as_str()][..], &write].concat(), &[]), refuses);
    }
    assert!(!refused(&[&write[..], &[rule("DELETE FROM s.t").as_str()]].concat(), &[]));
    assert!(refused(&[&rule("UPDATE s.t SET a = 1"), "UPDATE s.o SET a = 1 WHERE a IS NULL"], &[]));
}

#[test]
fn only_empty_values_are_filled() {
    let add = "ALTER TABLE s.n ADD COLUMN c text";
    assert!(refused(&[add, "UPDATE s.n SET c = 'x'"], &[]));
    assert!(!refused(&[add, "UPDATE s.n SET c = 'x' WHERE c IS NULL"], &[]));
}

#[test]
fn a_counter_goes_on_elsewhere_only_if_the_plan_has_made_it() {
    let set = "SELECT setval('s.q', last_value, is_called) FROM s.old";
    assert!(refused(&[set], &[]));
    assert!(!refused(&["CREATE SEQUENCE s.q", set], &[]));
    assert!(refused(
        &[
            "CREATE SEQUENCE s.q",
            "ALTER SEQUENCE s.q RENAME TO x",
            "ALTER SEQUENCE s.r RENAME TO q",
            set
        ],
        &[]
    ));
    let own = "SELECT setval(pg_get_serial_sequence('s.t', 'a'), last_value) FROM s.old";
    assert!(refused(&[own], &[]));
    assert!(!refused(
        &["ALTER TABLE s.t ALTER COLUMN a ADD GENERATED ALWAYS AS IDENTITY", own],
        &[]
    ));
    assert!(refused(&["SELECT setval(('s.' || 'q')::regclass, max(a)) FROM s.t"], &[]));
}

#[test]
fn a_membership_in_a_role_that_is_free_of_privileges_is_said() {
    let joins = |sql: &str| {
        let plan = planned(&[sql]);
        check(&plan, &[of("role:app")]).is_err()
            || !not_harmless(&plan, &BTreeSet::new(), &database()).is_empty()
    };
    for role in ["pg_execute_server_program", "pg_read_all_data", "root", "postgres"] {
        assert!(joins(&format!("GRANT {role} TO app")), "{role}");
    }
    assert!(!joins("GRANT app TO CURRENT_USER"));
    let mut plan = planned(&["GRANT pg_read_all_data TO app"]);
    let hazard = StepHazard { name: Hazard::PrivilegeChange, message: String::new() };
    plan[0].steps[0].hazards.push(hazard);
    assert_eq!(check(&plan, &[of("role:app")]), Ok(()));
}

#[test]
fn constraints_of_other_tables_do_not_go_with_an_index() {
    let toml = "namespace = 's'\n[table.t.column]\na = 'int'\n[table.t.index]\n\
                i = { columns = 'a', unique = true }\n[table.r.column]\na = 'int'\n\
                [table.r.constraint]\nk = 'foreign key (a) references t (a)'\n";
    let mut current = Catalog {
        objects: crate::declare::text(toml).unwrap().as_current().objects,
        ..Catalog::default()
    };
    let ids: Vec<Id> = ["constraint:s.r.k", "index:s.t.i"].map(|id| id.parse().unwrap()).into();
    current.needs = crate::catalog::Links::new(ids, vec![(0, 1)]);
    let goes = |sqls: &[&str]| !not_harmless(&planned(sqls), &BTreeSet::new(), &current).is_empty();
    let drop = "DROP INDEX s.i CASCADE";
    assert!(goes(&[drop]));
    assert!(!goes(&["ALTER TABLE s.r DROP CONSTRAINT k", drop]));
    assert!(!goes(&["DROP INDEX s.i"]));
}
