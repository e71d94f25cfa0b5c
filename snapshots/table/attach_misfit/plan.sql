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
-- 2 to change, 1 to rebuild, 1 to drop; 17 statements in 1 transaction; hazards: data-loss 1, may-fail 4, rewrite-table 1, scan-exclusive 5, undeclared-drop 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rebuild view public.first, because column public.visit_1.ward changes (new.toml:10)
DROP VIEW public.first;

-- drop constraint public.visit_2.later, not in the declaration
-- hazard undeclared-drop: constraint:public.visit_2.later is not in the declaration
ALTER TABLE public.visit_2 DROP CONSTRAINT later;

SET LOCAL search_path = public;
-- alter table public.visit_1 (new.toml:6)
ALTER TABLE public.visit_1 ALTER COLUMN note SET DEFAULT '';

-- alter table public.visit_1 (new.toml:6)
-- hazard rewrite-table: rewrites the whole table while holding the lock
-- hazard may-fail: it fails if there are rows of public.visit_1 whose ward does not fit into the new type
ALTER TABLE public.visit_1 ALTER COLUMN ward TYPE integer;

-- alter table public.visit_1 (new.toml:6)
-- hazard scan-exclusive: public.visit_1 is read while its reads and writes wait, unless a valid CHECK proves that ward is not null; with --online always they go on
-- hazard may-fail: it fails if there are rows of public.visit_1 without a value in ward
ALTER TABLE public.visit_1 ALTER COLUMN ward SET NOT NULL;

-- alter table public.visit_1 (new.toml:6)
ALTER TABLE public.visit_1 ADD COLUMN taken boolean;

-- alter table public.visit_1 (new.toml:6)
ALTER TABLE public.visit_1 ADD COLUMN twice bigint GENERATED ALWAYS AS (ward * 2) STORED;

-- alter table public.visit_1 (new.toml:6)
-- hazard scan-exclusive: public.visit_1 is read while its reads and writes wait; with --online always they go on
-- hazard may-fail: it fails if there are rows of public.visit_1 that violate noted
ALTER TABLE public.visit_1 ADD CONSTRAINT noted CHECK (note <> '-');

-- alter table public.visit_1 (new.toml:6)
-- hazard scan-exclusive: public.visit_1 is read while its reads and writes wait, unless a valid CHECK of its own proves the bound
ALTER TABLE public.visit ATTACH PARTITION public.visit_1 for values in (1);

-- alter table public.visit_2 (new.toml:8)
-- hazard data-loss: its values are lost
ALTER TABLE public.visit_2 DROP COLUMN old;

-- alter table public.visit_2 (new.toml:8)
ALTER TABLE public.visit_2 ALTER COLUMN note DROP NOT NULL;

-- alter table public.visit_2 (new.toml:8)
ALTER TABLE public.visit_2 ALTER COLUMN note SET DEFAULT '';

-- alter table public.visit_2 (new.toml:8)
ALTER TABLE public.visit_2 ADD COLUMN twice bigint GENERATED ALWAYS AS (ward * 2) STORED;

-- alter table public.visit_2 (new.toml:8)
ALTER TABLE public.visit_2 DROP CONSTRAINT noted;

-- alter table public.visit_2 (new.toml:8)
-- hazard scan-exclusive: public.visit_2 is read while its reads and writes wait; with --online always they go on
-- hazard may-fail: it fails if there are rows of public.visit_2 that violate noted
ALTER TABLE public.visit_2 ADD CONSTRAINT noted CHECK (note <> '-');

-- alter table public.visit_2 (new.toml:8)
-- hazard scan-exclusive: public.visit_2 is read while its reads and writes wait, unless a valid CHECK of its own proves the bound
ALTER TABLE public.visit ATTACH PARTITION public.visit_2 for values in (2);

-- rebuild view public.first, because column public.visit_1.ward changes (new.toml:10)
CREATE VIEW public.first AS
select ward from visit_1;

COMMIT;
