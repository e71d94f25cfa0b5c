//! Rows for whatever tables there are, and what a database holds of rows.

use std::collections::BTreeMap;

use tokio_postgres::{Client, Error};

/// Three rows into every table that takes them, past triggers and foreign keys; sequences move.
const ROWS: &str = r"
SET session_replication_role = replica;
DO $do$
DECLARE
    t record; n integer; names text; all_values text;
BEGIN
    FOR t IN SELECT c.oid, c.oid::regclass AS name FROM pg_class c JOIN pg_namespace s ON s.oid = relnamespace
        WHERE relkind = 'r' AND nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY c.oid
    LOOP
        FOR n IN 1..3 LOOP
            SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum), string_agg(CASE
                WHEN typcategory = 'A' THEN 'NULL'
                WHEN typcategory IN ('C', 'R', 'G') OR typname IN ('regclass', 'xml') THEN 'NULL'
                WHEN typcategory = 'D' THEN quote_literal('2024-01-0' || n)
                WHEN typname = 'uuid' THEN quote_literal('00000000-0000-0000-0000-00000000000' || n)
                WHEN typcategory = 'I' THEN quote_literal('10.0.0.' || n)
                WHEN typcategory = 'V' THEN '''101'''
                WHEN typname = 'bool' THEN (n > 1)::text
                WHEN typcategory = 'E' THEN quote_literal((SELECT enumlabel FROM pg_enum WHERE enumtypid = y.oid
                    ORDER BY enumsortorder OFFSET n % (SELECT greatest(count(*), 1) FROM pg_enum WHERE enumtypid = y.oid) LIMIT 1))
                ELSE quote_literal(n) END, ', ' ORDER BY attnum)
            INTO names, all_values
            FROM pg_attribute a JOIN pg_type y ON y.oid = atttypid
            WHERE attrelid = t.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
            BEGIN
                EXECUTE format('INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE VALUES (%s)', t.name, names, all_values);
            EXCEPTION WHEN OTHERS THEN
                BEGIN
                    EXECUTE format('INSERT INTO %s DEFAULT VALUES', t.name);
                EXCEPTION WHEN OTHERS THEN
                    NULL;
                END;
            END;
        END LOOP;
    END LOOP;
    FOR t IN SELECT c.oid::regclass AS name FROM pg_class c WHERE relkind = 'S' ORDER BY c.oid LOOP
        BEGIN
            PERFORM nextval(t.name), nextval(t.name);
        EXCEPTION WHEN OTHERS THEN
            NULL;
        END;
    END LOOP;
END $do$;
RESET session_replication_role";

/// Empties all tables.
const EMPTY: &str = "DO $$ DECLARE name regclass; BEGIN FOR name IN SELECT c.oid FROM pg_class c
    JOIN pg_namespace s ON s.oid = relnamespace WHERE relkind IN ('r', 'p') AND nspname !~ '^pg_'
    AND nspname <> 'information_schema' LOOP EXECUTE format('TRUNCATE %s CASCADE', name); END LOOP; END $$";

const HELD: &str = r#"
SELECT s.nspname || E'\n' || c.relname, attname::text, format_type(atttypid, atttypmod),
    pg_temp.held(format('SELECT count(*) || '' '' || coalesce(md5(string_agg(%1$s::text, '','' ORDER BY %1$s::text COLLATE "C")), '''') FROM ONLY %2$s',
        quote_ident(attname), c.oid::regclass))
FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace s ON s.oid = relnamespace
WHERE relkind = 'r' AND nspname !~ '^pg_' AND nspname <> 'information_schema'
    AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
UNION ALL
SELECT s.nspname || E'\n' || c.relname, '', 'rows', pg_temp.held(format('SELECT count(*)::text FROM ONLY %s', c.oid::regclass))
FROM pg_class c JOIN pg_namespace s ON s.oid = relnamespace
WHERE relkind = 'r' AND nspname !~ '^pg_' AND nspname <> 'information_schema'
UNION ALL
SELECT s.nspname || E'\n' || c.relname, '', 'sequence', pg_temp.held(format('SELECT last_value::text FROM %s', c.oid::regclass))
FROM pg_class c JOIN pg_namespace s ON s.oid = relnamespace WHERE relkind = 'S'"#;

/// By table, column and type: how many values there are, and which.
pub type Held = BTreeMap<(String, String, String), String>;

pub async fn held(client: &Client) -> Result<Held, Error> {
    let function = "CREATE OR REPLACE FUNCTION pg_temp.held(text) RETURNS text LANGUAGE plpgsql AS
        'DECLARE r text; BEGIN EXECUTE $1 INTO r; RETURN r; EXCEPTION WHEN OTHERS THEN RETURN NULL; END'";
    client.batch_execute(function).await?;
    let rows = client.query(HELD, &[]).await?;
    client.batch_execute("DROP FUNCTION pg_temp.held(text)").await?;
    let one = |row: &tokio_postgres::Row| {
        let value: Option<String> = row.get(3);
        ((row.get(0), row.get(1), row.get(2)), value.unwrap_or_default())
    };
    Ok(rows.iter().map(one).collect())
}

/// Fills the tables, or empties them.
pub async fn rows(client: &Client, filled: bool) -> Result<(), Error> {
    client.batch_execute(if filled { ROWS } else { EMPTY }).await
}
