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
-- 2 to create, 1 to drop; 11 statements in 1 transaction; hazards: data-loss 1, undeclared-drop 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- drop table public.former with 1 column, 1 constraint, not in the declaration
-- hazard data-loss: its rows are lost
-- hazard undeclared-drop: table:public.former is not in the declaration
DROP TABLE public.former;

SET LOCAL search_path = public;
-- create table public.client with 3 columns, 1 constraint (new.toml:1)
CREATE TABLE public.client (
    id uuid NOT NULL,
    name text NOT NULL,
    note text,
    CONSTRAINT client_pkey PRIMARY KEY (id)
) WITH (fillfactor=70, autovacuum_enabled=false, toast.autovacuum_enabled=false);

-- create table public.client with 3 columns, 1 constraint (new.toml:1)
ALTER TABLE public.client ENABLE ROW LEVEL SECURITY;

-- create table public.client with 3 columns, 1 constraint (new.toml:1)
ALTER TABLE public.client REPLICA IDENTITY FULL;

-- create table public.scratchpad with 1 column (new.toml:12)
CREATE UNLOGGED TABLE public.scratchpad (
    line text
);

-- create table public.client (new.toml:1)
ALTER TABLE public.client OWNER TO app_owner;

-- create table public.client (new.toml:1)
GRANT SELECT ON TABLE public.client TO app_auditor WITH GRANT OPTION;

-- create table public.client (new.toml:1)
GRANT INSERT, SELECT ON TABLE public.client TO app_user;

-- create column public.client.note (new.toml:11)
GRANT UPDATE (note) ON TABLE public.client TO app_user;

-- create table public.client (new.toml:1)
COMMENT ON TABLE public.client IS 'A person in care.';

-- create column public.client.name (new.toml:10)
COMMENT ON COLUMN public.client.name IS 'As on the card.';

COMMIT;
