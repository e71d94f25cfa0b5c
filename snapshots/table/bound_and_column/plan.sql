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
-- 3 to create, 3 to change, 1 to drop; 8 statements in 1 transaction; hazards: data-loss 1, detach-blocking 1, locks-partition-tree 5, may-fail 2, partition-created-in-place 1, rewrite-table 1, scan-exclusive 3, undeclared-drop 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- drop column public.bed.old, not in the declaration
-- hazard data-loss: its values are lost
-- hazard undeclared-drop: column:public.bed.old is not in the declaration
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE public.bed DROP COLUMN old;

-- alter column public.bed.ward (new.toml:4)
-- hazard scan-exclusive: public.bed is read while its reads and writes wait, unless a valid CHECK proves that ward is not null; with --online always they go on
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
-- hazard may-fail: it fails if there are rows of public.bed without a value in ward
ALTER TABLE public.bed ALTER COLUMN ward SET NOT NULL;

SET LOCAL search_path = public;
-- alter column public.bed.bed (new.toml:4)
-- hazard rewrite-table: rewrites the whole table while holding the lock
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE public.bed ALTER COLUMN bed TYPE bigint;

-- create column public.bed.made (new.toml:4)
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE public.bed ADD COLUMN made date;

-- create constraint public.bed.bed_check (new.toml:5)
-- hazard scan-exclusive: public.bed is read while its reads and writes wait; with --online always they go on
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
-- hazard may-fail: it fails if there are rows of public.bed that violate bed_check
ALTER TABLE public.bed ADD CONSTRAINT bed_check CHECK (bed > 0);

-- alter table public.bed_1 (new.toml:6)
-- hazard detach-blocking: reads and writes of public.bed wait
ALTER TABLE public.bed DETACH PARTITION public.bed_1;

-- alter table public.bed_1 (new.toml:6)
-- hazard scan-exclusive: public.bed_1 is read while its reads and writes wait, unless a valid CHECK of its own proves the bound
ALTER TABLE public.bed ATTACH PARTITION public.bed_1 for values in (1);

-- create table public.bed_2 (new.toml:8)
-- hazard partition-created-in-place: reads and writes of public.bed wait; a table that is made alone and then attached does not stop them
CREATE TABLE public.bed_2 PARTITION OF public.bed for values in (2);

COMMIT;
