SET client_encoding = 'UTF8';
SET default_tablespace = '';
SET default_table_access_method = 'heap';
SET standard_conforming_strings = 'on';
SET backslash_quote = 'safe_encoding';
SET array_nulls = 'on';
SET transform_null_equals = 'off';
SET xmloption = 'content';
SET DateStyle = 'ISO, MDY';
SET IntervalStyle = 'postgres';
SET timezone_abbreviations = 'Default';
SET lc_monetary = 'C';
SET bytea_output = 'hex';
SET extra_float_digits = '1';
SET xmlbinary = 'base64';
SET quote_all_identifiers = 'off';
SET check_function_bodies = 'off';
SET row_security = 'off';
SET default_transaction_isolation = 'read committed';
SET default_transaction_deferrable = 'off';
SET synchronize_seqscans = 'off';
SET TimeZone = 'UTC';
-- plan for golden (PostgreSQL)
-- 2 to create, 6 to change, 2 to rename, 5 to rebuild, 4 to drop; 25 statements in 1 transaction; hazards: may-fail 1, privilege-change 2, rename-breaks-clients 2, scan-exclusive 1, undeclared-drop 3
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rename foreign table public.old_name to public.new_name (new.toml:25)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER FOREIGN TABLE public.old_name RENAME TO new_name;

-- rename column public.old_name.id to key (new.toml:29)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER TABLE public.new_name RENAME COLUMN id TO key;

-- rebuild view public.visits, because foreign table public.visit changes (new.toml:23)
DROP VIEW public.visits;

-- drop constraint public.client.note_check, not in the declaration
-- hazard undeclared-drop: constraint:public.client.note_check is not in the declaration
ALTER TABLE public.client DROP CONSTRAINT note_check;

-- replace constraint public.client.qty_check (new.toml:14)
ALTER TABLE public.client DROP CONSTRAINT qty_check;

-- drop default of public.client.note
ALTER TABLE public.client ALTER COLUMN note DROP DEFAULT;

-- drop column public.client.gone, not in the declaration
-- hazard undeclared-drop: column:public.client.gone is not in the declaration
ALTER TABLE public.client DROP COLUMN gone;

-- drop foreign table public.local_soon, not in the declaration
-- rebuild column public.local_soon.id, because foreign table public.local_soon changes (new.toml:31)
-- rebuild column public.local_soon.name, because foreign table public.local_soon changes (new.toml:31)
-- hazard undeclared-drop: foreign_table:public.local_soon is not in the declaration
DROP FOREIGN TABLE public.local_soon;

-- replace foreign table public.visit with 2 columns (new.toml:17)
-- rebuild constraint public.visit.id_check, because foreign table public.visit changes (new.toml:20)
-- rebuild trigger public.visit.stamp, because foreign table public.visit changes (new.toml:21)
DROP FOREIGN TABLE public.visit;

SET LOCAL search_path = public;
-- create table public.local_soon (new.toml:30)
-- rebuild column public.local_soon.id, because foreign table public.local_soon changes (new.toml:31)
-- rebuild column public.local_soon.name, because foreign table public.local_soon changes (new.toml:31)
CREATE TABLE public.local_soon (
    id integer,
    name text
);

-- alter foreign table public.client (new.toml:10)
ALTER FOREIGN TABLE public.client OPTIONS (DROP schema, ADD fetch_size '10', SET "table" 'customer');

-- replace foreign table public.visit with 2 columns (new.toml:17)
-- rebuild constraint public.visit.id_check, because foreign table public.visit changes (new.toml:20)
CREATE FOREIGN TABLE public.visit (
    id integer,
    kind text,
    CONSTRAINT id_check CHECK (id > 0)
) SERVER two OPTIONS (fetch_size '1');

-- alter column public.client.id (new.toml:13)
ALTER TABLE public.client ALTER COLUMN id TYPE bigint;

-- alter column public.client.id (new.toml:13)
ALTER TABLE public.client ALTER COLUMN id OPTIONS (DROP key, ADD column_name 'no');

-- alter column public.client.qty (new.toml:13)
ALTER TABLE public.client ALTER COLUMN qty TYPE boolean;

-- alter column public.client.qty (new.toml:13)
ALTER TABLE public.client ALTER COLUMN qty DROP NOT NULL;

-- create column public.client.fresh with default (new.toml:13)
ALTER TABLE public.client ADD COLUMN fresh integer DEFAULT 0 NOT NULL;

-- replace constraint public.client.qty_check (new.toml:14)
-- hazard scan-exclusive: public.client is read while its reads and writes wait; with --online always they go on
-- hazard may-fail: it fails if there are rows of public.client that violate qty_check
ALTER TABLE public.client ADD CONSTRAINT qty_check CHECK (qty);

-- rebuild view public.visits, because foreign table public.visit changes (new.toml:23)
CREATE VIEW public.visits AS
select id from visit;

-- alter trigger public.client.stamp (new.toml:15)
CREATE OR REPLACE TRIGGER stamp BEFORE INSERT OR UPDATE ON public.client FOR EACH ROW EXECUTE FUNCTION public.stamp();

-- rebuild trigger public.visit.stamp, because foreign table public.visit changes (new.toml:21)
CREATE TRIGGER stamp AFTER UPDATE ON public.visit FOR EACH ROW EXECUTE FUNCTION public.stamp();

-- alter foreign table public.client (new.toml:10)
-- hazard privilege-change: app_user gains SELECT on TABLE public.client
GRANT SELECT ON TABLE public.client TO app_user;

-- alter column public.client.id (new.toml:13)
-- hazard privilege-change: app_auditor gains SELECT (id) on TABLE public.client
GRANT SELECT (id) ON TABLE public.client TO app_auditor;

-- alter foreign table public.client (new.toml:10)
COMMENT ON FOREIGN TABLE public.client IS NULL;

-- rebuild column public.visit.kind, because foreign table public.visit changes (new.toml:19)
COMMENT ON COLUMN public.visit.kind IS 'Which.';

COMMIT;
