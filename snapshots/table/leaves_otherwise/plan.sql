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
-- 5 to create, 1 to change, 1 to drop; 12 statements in 1 transaction; hazards: data-loss 3, may-fail 1, rewrite-table 3, scan-exclusive 1, undeclared-drop 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter table public.letter (new.toml:5)
ALTER TABLE public.letter NO INHERIT public.parcel;

-- drop column public.parcel.goes with default, not in the declaration
-- hazard data-loss: its values in this table are lost
-- hazard undeclared-drop: column:public.parcel.goes is not in the declaration
ALTER TABLE ONLY public.parcel DROP COLUMN goes;

-- create column public.box.goes (new.toml:10)
ALTER TABLE public.box ALTER COLUMN goes DROP DEFAULT;

SET LOCAL search_path = public;
-- create column public.box.goes (new.toml:10)
-- hazard rewrite-table: rewrites the whole table while holding the lock
-- hazard data-loss: texts that are too long are cut or refused
ALTER TABLE public.box ALTER COLUMN goes TYPE character varying(9);

-- create column public.box.goes (new.toml:10)
ALTER TABLE public.box ALTER COLUMN goes DROP NOT NULL;

-- create column public.letter.sender (new.toml:6)
ALTER TABLE public.letter ALTER COLUMN sender DROP DEFAULT;

-- create column public.letter.sender (new.toml:6)
-- hazard rewrite-table: rewrites the whole table while holding the lock
-- hazard data-loss: texts that are too long are cut or refused
ALTER TABLE public.letter ALTER COLUMN sender TYPE character varying(9);

-- create column public.letter.sender (new.toml:6)
ALTER TABLE public.letter ALTER COLUMN sender DROP NOT NULL;

-- create column public.letter.day (new.toml:6)
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.letter ALTER COLUMN day TYPE timestamp without time zone;

-- create column public.letter.note (new.toml:6)
-- hazard scan-exclusive: public.letter is read while its reads and writes wait, unless a valid CHECK proves that note is not null; with --online always they go on
-- hazard may-fail: it fails if there are rows of public.letter without a value in note
ALTER TABLE public.letter ALTER COLUMN note SET NOT NULL;

-- create column public.letter.note (new.toml:6)
ALTER TABLE public.letter ALTER COLUMN note SET STORAGE EXTENDED;

-- create column public.letter.goes with default (new.toml:6)
ALTER TABLE public.letter ALTER COLUMN goes SET DEFAULT 'g';

COMMIT;
