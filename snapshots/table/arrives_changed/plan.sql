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
-- 1 to create, 4 to change; 4 statements in 1 transaction; hazards: scan-exclusive 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter table public.visit_2 (new.toml:16)
ALTER TABLE public.visit_2 NO INHERIT public.visit_1;

SET LOCAL search_path = public;
-- alter table public.visit_1 (new.toml:14)
-- hazard scan-exclusive: public.visit_1 is read while its reads and writes wait, unless a valid CHECK of its own proves the bound
ALTER TABLE public.visit ATTACH PARTITION public.visit_1 default;

-- alter trigger public.letter.noted (new.toml:10)
CREATE OR REPLACE TRIGGER noted AFTER INSERT ON public.letter REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.note();

-- alter table public.letter (new.toml:7)
ALTER TABLE public.letter INHERIT public.parcel;

COMMIT;
