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
-- 2 to change, 1 to drop; 5 statements in 1 transaction; hazards: undeclared-drop 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- replace view public.names (new.toml:3)
DROP VIEW public.names;

-- drop constraint public.client.client_pkey, not in the declaration
-- hazard undeclared-drop: constraint:public.client.client_pkey is not in the declaration
ALTER TABLE public.client DROP CONSTRAINT client_pkey;

-- alter column public.client.id (new.toml:2)
ALTER TABLE public.client ALTER COLUMN id DROP NOT NULL;

SET LOCAL search_path = public;
-- replace view public.names (new.toml:3)
CREATE VIEW public.names AS
select id, name from client group by id, name;

-- replace view public.names (new.toml:3)
GRANT SELECT ON TABLE public.names TO app_user;

COMMIT;
