use super::*;
use crate::kind::Kind;

/// A database with tables of built-in types, and one column of another.
fn there() -> Catalog {
    let toml = "namespace = 's'\n[enum]\nmood = ['ok']\n[table.t.column]\na = 'text'\nb = 'text'\nc = 'text'\nm = 'mood'\n\
        [table.o.column]\nx = 'text'\ny = 'text'\n[table.g.column]\na = 'int'\nc = 'int'\n";
    Catalog {
        objects: crate::declare::text(toml).unwrap().as_current().objects,
        ..Catalog::default()
    }
}

fn asked(statements: &[&str]) -> Vec<String> {
    asked_of(statements, &there())
}

fn asked_of(statements: &[&str], current: &Catalog) -> Vec<String> {
    let steps = statements
        .iter()
        .map(|sql| PlannedStep { sql: (*sql).to_owned(), ..PlannedStep::default() });
    let transaction = Transaction { steps: steps.collect(), ..Transaction::default() };
    let all = questions(&[transaction], current);
    all.into_iter().map(|question| format!("{}: {}", question.about, question.sql)).collect()
}

#[test]
fn rows_without_a_value_are_asked_for_once() {
    assert_eq!(
        asked(&[
            "ALTER TABLE s.t ADD CONSTRAINT helper CHECK (a IS NOT NULL) NOT VALID",
            "ALTER TABLE s.t ALTER COLUMN a SET NOT NULL",
        ]),
        ["rows of s.t without a value in a: SELECT FROM s.t WHERE a IS NULL"]
    );
}

#[test]
fn what_the_plan_makes_or_writes_is_not_asked() {
    let none: [&str; 0] = [];
    assert_eq!(
        asked(&[
            "CREATE TABLE s.n (a integer)",
            "ALTER TABLE s.n ADD CONSTRAINT n_pkey PRIMARY KEY (a)",
            "ALTER TABLE s.t ADD COLUMN b integer",
            "UPDATE s.t SET b = a",
            "ALTER TABLE s.t ALTER COLUMN b SET NOT NULL",
            "ALTER TABLE s.t ADD CONSTRAINT k CHECK (b > a)",
            "CREATE UNIQUE INDEX i ON s.t USING btree (b)",
            "ALTER TABLE s.t ALTER COLUMN a SET NOT NULL",
            "ALTER TABLE s.t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES s.n (a)",
            "ALTER TABLE s.g ALTER COLUMN c SET EXPRESSION AS (a + 1)",
            "ALTER TABLE s.g ADD CONSTRAINT k CHECK (c > 0)",
            "ALTER TABLE s.g ADD CONSTRAINT l CHECK (a > 0) NOT ENFORCED",
            "ALTER TABLE s.o RENAME TO p",
            "ALTER TABLE s.p ALTER COLUMN a SET NOT NULL",
            "ALTER TABLE s.t ADD CONSTRAINT u UNIQUE USING INDEX i",
        ]),
        none
    );
}

#[test]
fn a_check_asks_for_rows_for_which_it_is_false() {
    assert_eq!(
        asked(&[
            "ALTER TABLE s.t ADD CONSTRAINT \"A b\" CHECK ((a > 0) OR (b = ')'::text)) NOT VALID"
        ]),
        [
            "rows of s.t that violate \"A b\": SELECT FROM s.t WHERE ((a > 0) OR (b = ')'::text)) IS FALSE"
        ]
    );
}

#[test]
fn a_foreign_key_asks_for_orphans() {
    assert_eq!(
        asked(&[
            "ALTER TABLE s.t ADD CONSTRAINT f FOREIGN KEY (a, b) REFERENCES s.o (x, y) NOT VALID"
        ]),
        [
            "rows of s.t whose a, b is in no row of s.o: SELECT FROM s.t AS own WHERE own.a IS NOT NULL AND own.b IS NOT NULL \
          AND NOT EXISTS (SELECT FROM s.o AS other WHERE own.a OPERATOR(pg_catalog.=) other.x AND own.b OPERATOR(pg_catalog.=) other.y)"
        ]
    );
}

#[test]
fn a_unique_index_asks_for_equal_keys() {
    assert_eq!(
        asked(&[
            "CREATE UNIQUE INDEX CONCURRENTLY i ON s.t USING btree (lower(a) text_pattern_ops DESC, b) WHERE (c IS NULL)"
        ]),
        [
            "several rows of s.t with the same lower(a), b: SELECT FROM s.t WHERE ((c IS NULL)) AND (lower(a)) IS NOT NULL AND \
          (b) IS NOT NULL GROUP BY (lower(a)), (b) HAVING pg_catalog.count(*) > 1"
        ]
    );
    assert_eq!(
        asked(&["ALTER TABLE s.t ADD CONSTRAINT u UNIQUE NULLS NOT DISTINCT (a)"]),
        [
            "several rows of s.t with the same a: SELECT FROM s.t GROUP BY (a) HAVING pg_catalog.count(*) > 1"
        ]
    );
}

#[test]
fn a_narrower_type_asks_for_values_that_do_not_fit() {
    let mut current = Catalog::default();
    let toml = "namespace = 's'\n[table.t.column]\na = 'bigint'\nb = 'text'\nc = 'varchar(5)'\nd = 'numeric(9, 2)'\n";
    current.objects = crate::declare::text(toml).unwrap().as_current().objects;
    assert!(current.objects.keys().any(|id| id.kind == Kind::named("column").unwrap()));
    let of = |sql: &str| asked_of(&[sql], &current).join("").replace("SELECT FROM s.t WHERE ", "");
    let fits =
        |column: &str| format!("rows of s.t whose {column} does not fit into the new type: ");
    assert_eq!(
        of("ALTER TABLE s.t ALTER COLUMN a TYPE integer"),
        fits("a") + "a NOT BETWEEN -2147483648 AND 2147483647"
    );
    assert_eq!(
        of("ALTER TABLE s.t ALTER COLUMN b TYPE character varying(9)"),
        fits("b") + "pg_catalog.length(pg_catalog.rtrim(b::text)) > 9"
    );
    assert_eq!(of("ALTER TABLE s.t ALTER COLUMN c TYPE character varying(9)"), "");
    assert_eq!(
        of("ALTER TABLE s.t ALTER COLUMN d TYPE numeric(5,1)"),
        fits("d") + "pg_catalog.abs(pg_catalog.round(d::numeric, 1)) >= 1e4"
    );
    assert_eq!(of("ALTER TABLE s.t ALTER COLUMN b TYPE integer USING b::integer"), "");
}

#[test]
fn what_is_not_postgresqls_own_is_not_asked() {
    let none: [&str; 0] = [];
    for condition in [
        "s.f(a)",
        "a OPERATOR(s.=) b",
        "a = (SELECT b)",
        "m = 'ok'",
        "a::s.mood = 'ok'",
        "a::regclass > 0",
        "t.a = 'x'",
        "unknown = 'x'",
        "current_user = a",
    ] {
        let sql = format!("ALTER TABLE s.t ADD CONSTRAINT k CHECK ({condition})");
        assert_eq!(asked(&[&sql]), none, "{condition}");
        let sql = format!("CREATE UNIQUE INDEX i ON s.t USING btree (a) WHERE ({condition})");
        assert_eq!(asked(&[&sql]), none, "{condition}");
    }
    assert_eq!(
        asked(&["ALTER TABLE s.t ADD CONSTRAINT f FOREIGN KEY (m) REFERENCES s.o (x)"]),
        none
    );
}

#[test]
fn functions_are_named_for_the_server_to_judge() {
    let sql =
        "ALTER TABLE s.t ADD CONSTRAINT k CHECK (length(a) > 1 AND pg_catalog.pg_read_file(b) = a)";
    let steps = vec![PlannedStep { sql: sql.to_owned(), ..PlannedStep::default() }];
    let all = questions(&[Transaction { steps, ..Transaction::default() }], &there());
    assert_eq!(all[0].calls, BTreeSet::from(["length".to_owned(), "pg_read_file".to_owned()]));
}
