//! The ground the live tests stand on holds: servers start and go, dumps compare what they should.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Cluster, Database, home, majors, normalise_dump};

#[tokio::test]
async fn every_major_found_takes_a_database() {
    for postgres in majors() {
        let database = Database::create(&Cluster::shared(postgres)).await;
        let version = database.query_strings("SHOW server_version_num").await;
        assert_eq!(version[0][..2], postgres.major.to_string());
    }
}

#[tokio::test]
async fn the_order_of_columns_grants_and_statements_is_no_difference() {
    let cluster = Cluster::shared(home());
    let one = Database::create(&cluster).await;
    let two = Database::create(&cluster).await;
    one.execute("CREATE ROLE order_a; CREATE ROLE order_b").await;
    one.execute(
        "CREATE TABLE t (a text DEFAULT 'x, (y', b numeric(10, 2) NOT NULL, CONSTRAINT c CHECK (b > 0 AND a <> ');'));
         CREATE INDEX i ON t (a); CREATE STATISTICS s ON a, b FROM t; ALTER TABLE t ALTER a SET STORAGE external;
         GRANT SELECT ON t TO order_a; GRANT INSERT ON t TO order_b; CREATE VIEW v AS SELECT a FROM t",
    )
    .await;
    two.execute(
        "CREATE TABLE t (b numeric(10, 2) NOT NULL, a text DEFAULT 'x, (y');
         ALTER TABLE t ADD CONSTRAINT c CHECK (b > 0 AND a <> ');'); ALTER TABLE t ALTER a SET STORAGE external;
         CREATE VIEW v AS SELECT a FROM t; CREATE STATISTICS s ON b, a FROM t; CREATE INDEX i ON t (a);
         GRANT INSERT ON t TO order_b; GRANT SELECT ON t TO order_a",
    )
    .await;
    assert_ne!(one.raw_dump(), two.raw_dump());
    assert_eq!(one.dump(), two.dump());
}

#[tokio::test]
async fn a_difference_of_one_word_is_a_difference() {
    let cluster = Cluster::shared(home());
    let database = Database::create(&cluster).await;
    database
        .execute("CREATE TABLE t (a integer, b text, CHECK (a > 0)); CREATE TYPE pair AS (x integer, y integer)")
        .await;
    let before = database.dump().expect("a pg_dump for the home major");
    for (change, back) in [
        ("ALTER TABLE t ALTER a SET NOT NULL", "ALTER TABLE t ALTER a DROP NOT NULL"),
        (
            "ALTER TABLE t ALTER b SET STORAGE external",
            "ALTER TABLE t ALTER b SET STORAGE extended",
        ),
        ("COMMENT ON TABLE t IS 'x'", "COMMENT ON TABLE t IS NULL"),
        (
            "ALTER TABLE t RENAME CONSTRAINT t_a_check TO d",
            "ALTER TABLE t RENAME CONSTRAINT d TO t_a_check",
        ),
        ("ALTER TYPE pair RENAME ATTRIBUTE x TO z", "ALTER TYPE pair RENAME ATTRIBUTE z TO x"),
    ] {
        database.execute(change).await;
        assert_ne!(database.dump().as_ref(), Some(&before), "{change}");
        database.execute(back).await;
        assert_eq!(database.dump().as_ref(), Some(&before), "{back}");
    }
}

#[tokio::test]
async fn a_server_of_ones_own_goes_with_its_last_holder() {
    let cluster = Cluster::start(home());
    let host = cluster.host().to_path_buf();
    assert!(host.join("data").exists());
    drop(cluster);
    assert!(!host.exists());
}

#[test]
fn a_dump_without_entries_is_empty() {
    assert_eq!(normalise_dump("--\n-- PostgreSQL database dump\n--\n\nSET x = 0;\n"), "\n");
}

#[tokio::test]
async fn every_server_says_itself_what_is_different() {
    for postgres in majors() {
        let cluster = Cluster::shared(postgres);
        let (one, two) = (Database::create(&cluster).await, Database::create(&cluster).await);
        for (database, columns) in [(&one, "a integer, b text"), (&two, "b text, a integer")] {
            let sql = format!(
                "CREATE TYPE mood AS ENUM ('x'); CREATE DOMAIN few AS integer CHECK (value < 9);
                 CREATE TABLE t ({columns}, CHECK (a > 0), m mood, f few, PRIMARY KEY (a)); CREATE INDEX i ON t (b);
                 CREATE VIEW v AS SELECT a FROM t; CREATE SEQUENCE s OWNED BY t.a; ALTER TABLE t ENABLE ROW LEVEL SECURITY;
                 CREATE POLICY p ON t USING (a > 1); CREATE STATISTICS st ON a, b FROM t;
                 CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end';
                 CREATE TRIGGER tr BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION g();
                 CREATE TABLE parent (a integer) PARTITION BY RANGE (a);
                 CREATE TABLE part PARTITION OF parent FOR VALUES FROM (1) TO (2); CREATE TABLE heir () INHERITS (t)"
            );
            database.execute(&sql).await;
        }
        let before = one.witness().await;
        assert_eq!(before, two.witness().await);
        for change in [
            "ALTER TABLE t ALTER b SET NOT NULL",
            "COMMENT ON COLUMN t.b IS 'x'",
            "COMMENT ON POLICY p ON t IS 'x'",
            "GRANT SELECT ON v TO public",
            "REVOKE EXECUTE ON FUNCTION g() FROM public",
            "ALTER POLICY p ON t USING (a > 2)",
            "ALTER TABLE t DISABLE TRIGGER tr",
            "ALTER SEQUENCE s OWNED BY NONE",
            "ALTER TYPE mood ADD VALUE 'y'",
            "ALTER DOMAIN few ADD CHECK (value > 0)",
            "DROP INDEX i",
            "DROP STATISTICS st",
            "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO public",
            "ALTER TABLE parent DETACH PARTITION part",
            "ALTER TABLE heir NO INHERIT t",
            "CREATE SCHEMA more",
        ] {
            let was = two.witness().await;
            two.execute(change).await;
            assert_ne!(was, two.witness().await, "{change} on {}", postgres.major);
        }
        assert_eq!(before, one.witness().await);
    }
}
