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
-- 5 to create, 2 to change; 8 statements in 1 transaction; hazards: detach-blocking 1, locks-other-table 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter table public.letter (new.toml:14)
ALTER TABLE public.letter NO INHERIT public.parcel;

-- alter table public.letter (new.toml:14)
ALTER TABLE public.letter DROP CONSTRAINT number_check;

-- alter table public.visit_1 (new.toml:8)
-- hazard detach-blocking: reads and writes of public.visit wait
-- hazard locks-other-table: it also locks public.ward, which it does not name
ALTER TABLE public.visit DETACH PARTITION public.visit_1;

-- alter table public.visit_1 (new.toml:8)
ALTER TABLE public.visit_1 DROP CONSTRAINT ward_fkey;

-- alter table public.visit_1 (new.toml:8)
ALTER TABLE public.visit_1 DROP CONSTRAINT ward_check;

SET LOCAL search_path = public;
-- create constraint public.letter.number_check (new.toml:16)
ALTER TABLE public.letter ADD CONSTRAINT number_check CHECK (number > 0) NOT ENFORCED;

-- create constraint public.visit_1.ward_check (new.toml:10)
ALTER TABLE public.visit_1 ADD CONSTRAINT ward_check CHECK (ward > 0) NOT ENFORCED;

-- create constraint public.visit_1.ward_fkey (new.toml:10)
ALTER TABLE public.visit_1 ADD CONSTRAINT ward_fkey FOREIGN KEY (ward) REFERENCES public.ward (id) NOT ENFORCED;

COMMIT;
