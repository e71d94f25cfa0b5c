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
-- 2 to create, 3 to change, 2 to drop; 11 statements in 1 transaction; hazards: data-loss 1, locks-partition-tree 1, undeclared-drop 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- create sequence app.other (new.toml:19)
CREATE SEQUENCE app.other;

-- alter table public.grandchild (new.toml:10)
ALTER TABLE public.grandchild INHERIT public.parent;

-- alter table public.grandchild (new.toml:10)
ALTER TABLE public.grandchild NO INHERIT public.child;

SET LOCAL search_path = public;
-- alter table public.grandchild (new.toml:10)
ALTER TABLE public.grandchild ALTER COLUMN id DROP DEFAULT;

-- create table public.second with 2 columns (new.toml:13)
CREATE TABLE public.second (
    id integer,
    s bigint
);

-- alter table public.moved (new.toml:16)
ALTER TABLE public.moved INHERIT public.second;

-- alter table public.moved (new.toml:16)
ALTER TABLE public.moved NO INHERIT app.first;

-- alter table public.moved (new.toml:16)
ALTER TABLE public.moved ALTER COLUMN s DROP DEFAULT;

-- drop table app.first with 2 columns, not in the declaration
-- drop sequence app.counter, not in the declaration
-- hazard data-loss: its rows are lost
-- hazard undeclared-drop: table:app.first is not in the declaration
DROP TABLE app.first;

-- alter default of public.parent.id (new.toml:5)
-- hazard locks-partition-tree: it locks 2 partitions or children too, one after the other
ALTER TABLE public.parent ALTER COLUMN id SET DEFAULT 2;

-- create default of public.second.s (new.toml:14)
ALTER TABLE public.second ALTER COLUMN s SET DEFAULT nextval('app.other');

COMMIT;
