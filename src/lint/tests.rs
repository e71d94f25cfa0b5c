use super::*;

fn found_with(text: &str, rows: &[(&str, u64)]) -> Vec<String> {
    let mut sizes = Sizes::default();
    sizes.rows.extend(rows.iter().map(|(table, rows)| ((*table).to_owned(), *rows)));
    let found = sql(text, &sizes, 16 << 20).unwrap();
    let grave = found.iter().filter(|finding| finding.severity == Severity::Block);
    let mut names: Vec<String> = grave.map(|finding| finding.what.name().to_owned()).collect();
    names.dedup();
    names
}

/// The names of what is grave in a script that sets lock_timeout.
fn grave(text: &str) -> Vec<String> {
    found_with(&format!("SET lock_timeout = '2s';\n{text}"), &[])
}

#[track_caller]
fn is(text: &str, name: &str) {
    assert!(grave(text).iter().any(|found| found == name), "{text}: {:?}", grave(text));
}

#[track_caller]
fn is_safe(text: &str) {
    assert_eq!(grave(text), Vec::<String>::new(), "{text}");
}

#[test]
fn what_holds_a_lock_while_rows_are_read_or_written_is_grave() {
    for (text, name) in [
        ("CREATE INDEX i ON visit (day)", "non-concurrent-index"),
        ("DROP INDEX i", "non-concurrent-index"),
        ("REINDEX TABLE visit", "rebuild-index-exclusive"),
        ("ALTER TABLE visit ADD COLUMN a int GENERATED ALWAYS AS (b + 1) STORED", "rewrite-table"),
        ("ALTER TABLE visit ADD COLUMN a uuid DEFAULT gen_random_uuid()", "rewrite-table"),
        ("ALTER TABLE visit ADD COLUMN a text DEFAULT app.token()", "rewrite-table"),
        ("ALTER TABLE visit ADD COLUMN a bigserial", "rewrite-table"),
        ("ALTER TABLE visit ADD COLUMN a int GENERATED ALWAYS AS IDENTITY", "rewrite-table"),
        ("ALTER TABLE visit ALTER COLUMN a TYPE bigint", "rewrite-table"),
        ("ALTER TABLE visit ALTER COLUMN a TYPE text USING upper(a)", "rewrite-table"),
        ("ALTER TABLE visit SET UNLOGGED", "rewrite-table"),
        ("VACUUM FULL visit", "rewrite-table"),
        ("VACUUM (FULL) visit", "rewrite-table"),
        ("CLUSTER visit USING i", "rewrite-table"),
        ("ALTER TABLE visit ADD CONSTRAINT c CHECK (a > 0)", "scan-exclusive"),
        ("ALTER TABLE visit ADD COLUMN a int CHECK (a > 0)", "scan-exclusive"),
        ("ALTER TABLE visit ADD UNIQUE (a)", "scan-exclusive"),
        ("ALTER TABLE visit ADD PRIMARY KEY (a)", "scan-exclusive"),
        ("ALTER TABLE visit ADD EXCLUDE USING gist (a WITH &&)", "scan-exclusive"),
        ("ALTER TABLE visit ALTER COLUMN a SET NOT NULL", "scan-exclusive"),
        ("ALTER TABLE log ATTACH PARTITION log_1 FOR VALUES FROM (1) TO (2)", "scan-exclusive"),
        ("REFRESH MATERIALIZED VIEW totals", "scan-exclusive"),
        ("ALTER TABLE visit ADD FOREIGN KEY (a) REFERENCES client (id)", "scan-blocks-writes"),
        ("ALTER TABLE visit ADD COLUMN a int REFERENCES client (id)", "scan-blocks-writes"),
        ("ALTER TABLE log DETACH PARTITION log_1", "detach-blocking"),
        ("ALTER DOMAIN positive ADD CHECK (VALUE > 0)", "domain-fanout"),
    ] {
        is(text, name);
    }
}

#[test]
fn what_loses_data_or_breaks_clients_is_grave() {
    for (text, name) in [
        ("DROP TABLE visit", "data-loss"),
        ("DROP TABLE visit CASCADE", "cascade"),
        ("TRUNCATE visit", "data-loss"),
        ("ALTER TABLE visit DROP COLUMN a", "data-loss"),
        ("DROP SCHEMA app CASCADE", "data-loss"),
        ("ALTER TABLE visit RENAME TO stay", "rename-breaks-clients"),
        ("ALTER TABLE visit RENAME COLUMN a TO b", "rename-breaks-clients"),
        ("ALTER TYPE state RENAME VALUE 'a' TO 'b'", "rename-breaks-clients"),
        ("ALTER TABLE visit DROP CONSTRAINT visit_pkey", "replica-identity"),
        ("ALTER TABLE visit REPLICA IDENTITY NOTHING", "replica-identity"),
        ("ALTER TABLE visit ADD COLUMN a int NOT NULL", "not-null-without-default"),
        ("ALTER TABLE visit ENABLE ROW LEVEL SECURITY", "rls-change"),
    ] {
        is(text, name);
    }
}

#[test]
fn the_ways_that_do_not_block_for_long_are_safe() {
    for text in [
        "CREATE INDEX CONCURRENTLY i ON visit (day)",
        "DROP INDEX CONCURRENTLY IF EXISTS i",
        "REINDEX INDEX CONCURRENTLY i",
        "ALTER TABLE visit ADD COLUMN a int, ADD COLUMN b text DEFAULT 'x'",
        "ALTER TABLE visit ADD COLUMN a timestamptz NOT NULL DEFAULT now()",
        "ALTER TABLE visit ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE visit VALIDATE CONSTRAINT c",
        "ALTER TABLE visit ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES client NOT VALID; ALTER TABLE visit VALIDATE CONSTRAINT f",
        "ALTER TABLE visit ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID; ALTER TABLE visit VALIDATE CONSTRAINT c;
         ALTER TABLE visit ALTER COLUMN a SET NOT NULL; ALTER TABLE visit DROP CONSTRAINT c",
        "CREATE UNIQUE INDEX CONCURRENTLY i ON visit (a); ALTER TABLE visit ADD CONSTRAINT u UNIQUE USING INDEX i",
        "ALTER TABLE log DETACH PARTITION log_1 CONCURRENTLY",
        "REFRESH MATERIALIZED VIEW CONCURRENTLY totals",
        "ALTER TABLE visit ALTER COLUMN name TYPE varchar(200)",
        "VACUUM (ANALYZE) visit",
        "CREATE TABLE new (id int PRIMARY KEY, at int REFERENCES client); CREATE INDEX ON new (at); ALTER TABLE new ADD CHECK (id > 0)",
        "ALTER TYPE state ADD VALUE 'gone'",
        "UPDATE visit SET a = 1 WHERE id BETWEEN 1 AND 5000",
        "UPDATE visit SET a = 1 WHERE id > 10 AND id <= 20 AND a IS NULL",
        "WITH batch AS (SELECT id FROM visit WHERE a IS NULL LIMIT 500) UPDATE visit SET a = 1 FROM batch WHERE visit.id = batch.id",
        "ALTER TABLE visit REPLICA IDENTITY USING INDEX i; ALTER TABLE visit DROP CONSTRAINT visit_pkey",
        "DELETE FROM visit WHERE id IN (SELECT id FROM visit WHERE a IS NULL LIMIT 1000)",
    ] {
        is_safe(text);
    }
}

#[test]
fn a_check_proves_only_what_it_says_and_once_it_is_valid() {
    is(
        "ALTER TABLE visit ADD CONSTRAINT c CHECK (b IS NOT NULL) NOT VALID; ALTER TABLE visit VALIDATE CONSTRAINT c;
         ALTER TABLE visit ALTER COLUMN a SET NOT NULL",
        "scan-exclusive",
    );
    is(
        "ALTER TABLE visit ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID; ALTER TABLE visit ALTER COLUMN a SET NOT NULL",
        "scan-exclusive",
    );
    is(
        "BEGIN; ALTER TABLE visit ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE visit VALIDATE CONSTRAINT c; COMMIT",
        "not-valid-and-validate-together",
    );
}

#[test]
fn a_new_table_with_rows_is_no_empty_table() {
    is(
        "CREATE TABLE new (LIKE visit); INSERT INTO new SELECT * FROM visit; CREATE INDEX ON new (a)",
        "non-concurrent-index",
    );
    is(
        "CREATE TABLE new AS SELECT * FROM visit; ALTER TABLE new ADD PRIMARY KEY (a)",
        "scan-exclusive",
    );
}

#[test]
fn the_rules_of_scripts() {
    for (text, name) in [
        ("CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON visit (a)", "retry-over-invalid-index"),
        ("UPDATE visit SET a = 1", "unbatched-rows"),
        ("UPDATE visit SET a = 1 WHERE a IS NULL", "unbatched-rows"),
        ("DELETE FROM visit WHERE id > 5", "unbatched-rows"),
        (
            "BEGIN; ALTER TABLE visit ADD COLUMN a int; UPDATE visit SET a = 1 WHERE id < 5 AND id > 1; COMMIT",
            "rows-with-ddl",
        ),
        (
            "BEGIN; UPDATE visit SET a = 1 WHERE id < 5 AND id > 1; ALTER TABLE visit ADD COLUMN b int; COMMIT",
            "rows-with-ddl",
        ),
        ("BEGIN; CREATE INDEX CONCURRENTLY i ON visit (a); COMMIT", "concurrently-in-transaction"),
        (
            "BEGIN; ALTER TABLE a ADD COLUMN x int; ALTER TABLE b ADD COLUMN x int; COMMIT",
            "several-tables-in-transaction",
        ),
        (
            "BEGIN; ALTER TYPE state ADD VALUE 'gone'; UPDATE visit SET s = 'gone' WHERE id = 1; COMMIT",
            "enum-value-in-use-same-tx",
        ),
    ] {
        is(text, name);
    }
    is_safe(
        "BEGIN; ALTER TABLE a ADD COLUMN x int; COMMIT; BEGIN; ALTER TABLE b ADD COLUMN x int; COMMIT",
    );
}

#[test]
fn lock_timeout_holds_where_it_is_set() {
    let missing = ["missing-lock-timeout"];
    assert_eq!(found_with("ALTER TABLE visit ADD COLUMN a int", &[]), missing);
    assert_eq!(
        found_with("SET lock_timeout = 0; ALTER TABLE visit ADD COLUMN a int", &[]),
        missing
    );
    assert_eq!(
        found_with("SET LOCAL lock_timeout = '2s'; ALTER TABLE visit ADD COLUMN a int", &[]),
        missing
    );
    let local = "BEGIN; SET LOCAL lock_timeout = '2s'; ALTER TABLE visit ADD COLUMN a int; COMMIT;";
    assert!(found_with(local, &[]).is_empty());
    assert_eq!(found_with(&format!("{local} ALTER TABLE visit ADD COLUMN b int"), &[]), missing);
    assert!(
        found_with("SET lock_timeout TO 2000; ALTER TABLE visit ADD COLUMN a int", &[]).is_empty()
    );
    let twice = "ALTER TABLE visit ADD COLUMN a int; ALTER TABLE client ADD COLUMN a int";
    assert_eq!(sql(twice, &Sizes::default(), 0).unwrap().len(), 1);
    assert!(found_with("ALTER TABLE visit VALIDATE CONSTRAINT c", &[]).is_empty());
}

#[test]
fn work_on_a_small_table_is_not_grave_and_losing_its_rows_is() {
    let index = "SET lock_timeout = '2s'; CREATE INDEX i ON app.country (name)";
    assert!(found_with(index, &[("app.country", 250)]).is_empty());
    assert!(found_with(index, &[("country", 250)]).is_empty());
    assert_eq!(found_with(index, &[("app.country", 2_000_000)]), ["non-concurrent-index"]);
    let drop = "SET lock_timeout = '2s'; DROP TABLE app.country";
    assert_eq!(found_with(drop, &[("app.country", 250)]), ["data-loss"]);
}

#[test]
fn what_is_no_sql_has_its_place() {
    let error = sql("SELECT 1;\nALTER TABEL visit", &Sizes::default(), 0).unwrap_err();
    assert!(error.at.is_some_and(|at| at >= 10), "{error:?}");
}
