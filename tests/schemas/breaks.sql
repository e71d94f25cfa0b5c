-- What somebody does to a schema behind its declaration's back. A block is a number, how many of it are done, and a query of
-- statements; {user} says that the schema n is nobody's but the user's. What is an extension's is left alone, and what the
-- server does not take is not done. What PostgreSQL names itself, a partition's copies and the sequence of `serial`, keeps its name.

-- Dropped.
2: SELECT c.oid, format('DROP VIEW %s CASCADE', c.oid::regclass) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'v' AND {user}
2: SELECT c.oid, format('DROP MATERIALIZED VIEW %s CASCADE', c.oid::regclass) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'm' AND {user}
2: SELECT c.oid, format('DROP TABLE %s CASCADE', c.oid::regclass) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND {user}
6: SELECT c.oid, format('DROP INDEX %s', c.oid::regclass) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('i', 'I') AND {user}
1: SELECT c.oid, format('DROP SEQUENCE %s CASCADE', c.oid::regclass) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'S' AND {user}
4: SELECT c.oid, format('ALTER TABLE %s DROP COLUMN %I CASCADE', c.oid::regclass, a.attname) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p') AND {user}
5: SELECT k.conrelid, format('ALTER TABLE %s DROP CONSTRAINT %I CASCADE', k.conrelid::regclass, k.conname) FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE k.conrelid <> 0 AND {user}
2: SELECT p.oid, format('DROP ROUTINE %s CASCADE', p.oid::regprocedure) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {user}
3: SELECT t.tgrelid, format('DROP TRIGGER %I ON %s', t.tgname, t.tgrelid::regclass) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT t.tgisinternal AND {user}
1: SELECT t.oid, format('DROP TYPE %s CASCADE', t.oid::regtype) FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid WHERE (t.typtype IN ('e', 'd', 'r') OR c.relkind = 'c') AND {user}
1: SELECT o.oid, format('DROP OPERATOR %s CASCADE', o.oid::regoperator) FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace WHERE {user}
2: SELECT p.polrelid, format('DROP POLICY %I ON %s', p.polname, p.polrelid::regclass) FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {user}
1: SELECT e.oid, format('DROP EXTENSION %I CASCADE', e.extname) FROM pg_extension e WHERE e.extname <> 'plpgsql'
1: SELECT i.inhrelid, format('ALTER TABLE %s DETACH PARTITION %s', i.inhparent::regclass, i.inhrelid::regclass) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relispartition AND c.relkind IN ('r', 'p') AND {user}
1: SELECT n.oid, format('DROP SCHEMA %I CASCADE', n.nspname) FROM pg_namespace n WHERE n.nspname <> 'public' AND {user}

-- Renamed.
2: SELECT c.oid, format('ALTER TABLE %s RENAME COLUMN %I TO %I', c.oid::regclass, a.attname, a.attname || '_old') FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p') AND {user}
1: SELECT c.oid, format('ALTER TABLE %s RENAME TO %I', c.oid::regclass, c.relname || '_old') FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm') AND {user}
2: SELECT c.oid, format('ALTER INDEX %s RENAME TO %I', c.oid::regclass, c.relname || '_old') FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('i', 'I') AND NOT c.relispartition AND {user}
2: SELECT k.conrelid, format('ALTER TABLE %s RENAME CONSTRAINT %I TO %I', k.conrelid::regclass, k.conname, k.conname || '_old') FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE k.conrelid <> 0 AND k.conparentid = 0 AND {user}
1: SELECT t.oid, format('ALTER TYPE %s RENAME TO %I', t.oid::regtype, t.typname || '_old') FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype IN ('e', 'd', 'r') AND {user}
1: SELECT p.oid, format('ALTER ROUTINE %s RENAME TO %I', p.oid::regprocedure, p.proname || '_old') FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {user}
1: SELECT c.oid, format('ALTER TABLE %s SET SCHEMA %I', c.oid::regclass, m.nspname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_namespace m ON m.oid <> n.oid AND m.nspname !~ '^pg_' AND m.nspname <> 'information_schema' WHERE c.relkind IN ('r', 'p') AND {user}

-- Changed.
9: SELECT c.oid, format('ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL', c.oid::regclass, a.attname) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE a.attnotnull AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p') AND {user}
5: SELECT c.oid, format('ALTER TABLE %s ALTER COLUMN %I SET NOT NULL', c.oid::regclass, a.attname) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT a.attnotnull AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p') AND {user}
9: SELECT c.oid, format('ALTER TABLE %s ALTER COLUMN %I DROP DEFAULT', c.oid::regclass, a.attname) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE a.atthasdef AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p') AND {user}
3: SELECT c.oid, format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT %L', c.oid::regclass, a.attname, '7') FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT a.atthasdef AND a.atttypid IN ('int'::regtype, 'text'::regtype, 'bigint'::regtype) AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p') AND {user}
5: SELECT c.oid, format('ALTER TABLE %s ALTER COLUMN %I TYPE %s', c.oid::regclass, a.attname, CASE a.atttypid WHEN 'int'::regtype THEN 'bigint' WHEN 'bigint'::regtype THEN 'int' WHEN 'timestamp'::regtype THEN 'timestamptz' ELSE 'text' END) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE a.atttypid <> 'text'::regtype AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p') AND {user}
3: SELECT c.oid, format('ALTER TABLE %s ALTER COLUMN %I TYPE varchar(80)', c.oid::regclass, a.attname) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE a.atttypid IN ('text'::regtype, 'varchar'::regtype) AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p') AND {user}
2: SELECT c.oid, format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS 7', c.oid::regclass, a.attname) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'm') AND {user}
2: SELECT c.oid, format('ALTER TABLE %s ALTER COLUMN %I SET STORAGE EXTERNAL', c.oid::regclass, a.attname) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE a.attstorage = 'x' AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'm') AND {user}
2: SELECT c.oid, format('ALTER TABLE %s SET (fillfactor = 61)', c.oid::regclass) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'm') AND {user}
1: SELECT c.oid, format('ALTER TABLE %s SET UNLOGGED', c.oid::regclass) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND {user}
2: SELECT c.oid, format('ALTER TABLE %s REPLICA IDENTITY FULL', c.oid::regclass) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND {user}
2: SELECT c.oid, format('ALTER TABLE %s %s ROW LEVEL SECURITY', c.oid::regclass, CASE WHEN c.relrowsecurity THEN 'DISABLE' ELSE 'ENABLE' END) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND {user}
2: SELECT c.oid, format('ALTER INDEX %s SET (fillfactor = 62)', c.oid::regclass) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'i' AND NOT c.relispartition AND {user}
2: SELECT c.oid, format('ALTER VIEW %s SET (security_barrier = true)', c.oid::regclass) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'v' AND {user}
2: SELECT c.oid, format('ALTER SEQUENCE %s INCREMENT 7 CACHE 3', c.oid::regclass) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'S' AND {user}
2: SELECT t.oid, format('ALTER TYPE %s ADD VALUE %L', t.oid::regtype, 'too much') FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = 'e' AND {user}
1: SELECT t.oid, format('ALTER TYPE %s RENAME VALUE %L TO %L', t.oid::regtype, e.enumlabel, e.enumlabel || '_old') FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid JOIN pg_namespace n ON n.oid = t.typnamespace WHERE {user}
2: SELECT t.oid, format('ALTER DOMAIN %s %s NOT NULL', t.oid::regtype, CASE WHEN t.typnotnull THEN 'DROP' ELSE 'SET' END) FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = 'd' AND {user}
1: SELECT t.oid, format('ALTER TYPE %s ADD ATTRIBUTE too_much int', t.oid::regtype) FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace JOIN pg_class c ON c.oid = t.typrelid WHERE c.relkind = 'c' AND {user}
2: SELECT p.oid, format('ALTER FUNCTION %s %s', p.oid::regprocedure, CASE WHEN p.provolatile = 's' THEN 'VOLATILE' ELSE 'STABLE' END) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.prokind = 'f' AND {user}
2: SELECT p.oid, format('ALTER ROUTINE %s SECURITY DEFINER SET search_path = pg_temp', p.oid::regprocedure) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.prokind IN ('f', 'p') AND {user}
2: SELECT p.oid, format('CREATE OR REPLACE FUNCTION %s(%s) RETURNS %s LANGUAGE plpgsql AS %L', p.oid::regproc, pg_get_function_identity_arguments(p.oid), pg_get_function_result(p.oid), 'BEGIN RETURN NULL; END') FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.prokind = 'f' AND {user}
2: SELECT t.tgrelid, format('ALTER TABLE %s DISABLE TRIGGER %I', t.tgrelid::regclass, t.tgname) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT t.tgisinternal AND {user}
2: SELECT p.polrelid, format('ALTER POLICY %I ON %s TO pg_read_all_data', p.polname, p.polrelid::regclass) FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {user}

-- Owners, grants, comments.
2: SELECT c.oid, format('ALTER TABLE %s OWNER TO pg_database_owner', c.oid::regclass) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm') AND {user}
1: SELECT p.oid, format('ALTER ROUTINE %s OWNER TO pg_database_owner', p.oid::regprocedure) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {user}
2: SELECT c.oid, format('REVOKE ALL ON %s FROM PUBLIC, CURRENT_USER', c.oid::regclass) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'v', 'm', 'S') AND {user}
2: SELECT c.oid, format('GRANT SELECT ON %s TO PUBLIC', c.oid::regclass) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'v', 'm', 'S') AND {user}
2: SELECT p.oid, format('REVOKE ALL ON ROUTINE %s FROM PUBLIC', p.oid::regprocedure) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {user}
2: SELECT c.oid, format('COMMENT ON TABLE %s IS ''broken''', c.oid::regclass) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND {user}
2: SELECT c.oid, format('COMMENT ON COLUMN %s.%I IS ''broken''', c.oid::regclass, a.attname) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm') AND {user}
1: SELECT n.oid, format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT ON TABLES TO PUBLIC', n.nspname) FROM pg_namespace n WHERE {user}

-- Too much.
1: SELECT n.oid, format('CREATE TABLE %I.too_much (a int PRIMARY KEY, b text DEFAULT ''x'' CHECK (b <> ''''))', n.nspname) FROM pg_namespace n WHERE {user}
2: SELECT c.oid, format('ALTER TABLE %s ADD COLUMN too_much int DEFAULT 7 NOT NULL', c.oid::regclass) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND {user}
2: SELECT c.oid, format('CREATE INDEX ON %s (%I)', c.oid::regclass, a.attname) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'm') AND {user}
2: SELECT c.oid, format('CREATE VIEW %I.%I AS SELECT * FROM %s', n.nspname, c.relname || '_too_much', c.oid::regclass) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm') AND {user}
1: SELECT k.conrelid, format('CREATE TABLE %I.refers (a %s REFERENCES %s)', n.nspname, format_type(a.atttypid, a.atttypmod), k.conrelid::regclass) FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1] JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE k.contype = 'p' AND cardinality(k.conkey) = 1 AND {user}
1: SELECT c.oid, format('CREATE POLICY too_much ON %s USING (true)', c.oid::regclass) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND {user}
1: SELECT t.oid, format('CREATE TABLE %I.too_much_typed (a %s, b %s[])', n.nspname, t.oid::regtype, t.oid::regtype) FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype IN ('e', 'd', 'r') AND {user}
