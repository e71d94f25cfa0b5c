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
-- 2 to change, 2 to drop; 6 statements in 1 transaction; hazards: data-loss 2, detach-blocking 1, scan-exclusive 1, undeclared-drop 2
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter table public.letter (new.toml:16)
ALTER TABLE public.letter INHERIT public.post;

-- alter table public.letter (new.toml:16)
ALTER TABLE public.letter NO INHERIT public.parcel;

-- drop column public.parcel.sender, not in the declaration
-- hazard data-loss: its values are lost
-- hazard undeclared-drop: column:public.parcel.sender is not in the declaration
ALTER TABLE public.parcel DROP COLUMN sender;

-- alter table public.visit_1 (new.toml:8)
-- hazard detach-blocking: reads and writes of public.visit wait
ALTER TABLE public.visit DETACH PARTITION public.visit_1;

SET LOCAL search_path = public;
-- alter table public.visit_1 (new.toml:8)
-- hazard scan-exclusive: public.visit_1 is read while its reads and writes wait, unless a valid CHECK of its own proves the bound
ALTER TABLE public.stay ATTACH PARTITION public.visit_1 for values in (1);

-- drop column public.visit.note, not in the declaration
-- hazard data-loss: its values are lost
-- hazard undeclared-drop: column:public.visit.note is not in the declaration
ALTER TABLE public.visit DROP COLUMN note;

COMMIT;
