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
-- 2 to change; 7 statements in 1 transaction; hazards: detach-blocking 1, scan-exclusive 2
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter table public.bed_1 (new.toml:5)
-- hazard detach-blocking: reads and writes of public.bed wait
ALTER TABLE public.bed DETACH PARTITION public.bed_1;

-- alter table public.bed_1 (new.toml:5)
ALTER TABLE public.bed_1 RENAME CONSTRAINT known TO cot_taken_not_null;

-- alter table public.bed_1 (new.toml:5)
ALTER TABLE public.bed_1 RENAME CONSTRAINT bed_ward_not_null TO cot_ward_not_null;

SET LOCAL search_path = public;
-- alter table public.bed_1 (new.toml:5)
-- hazard scan-exclusive: public.bed_1 is read while its reads and writes wait, unless a valid CHECK of its own proves the bound
ALTER TABLE public.cot ATTACH PARTITION public.bed_1 for values in (1);

-- alter table public.bed_2 (new.toml:7)
ALTER TABLE public.bed_2 RENAME CONSTRAINT bed_2_taken_not_null TO known;

-- alter table public.bed_2 (new.toml:7)
ALTER TABLE public.bed_2 RENAME CONSTRAINT bed_2_ward_not_null TO bed_ward_not_null;

-- alter table public.bed_2 (new.toml:7)
-- hazard scan-exclusive: public.bed_2 is read while its reads and writes wait, unless a valid CHECK of its own proves the bound
ALTER TABLE public.bed ATTACH PARTITION public.bed_2 for values in (2);

COMMIT;
