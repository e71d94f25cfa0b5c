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
-- 2 to create, 3 to change; 6 statements in 1 transaction; hazards: may-fail 4, non-concurrent-index 1, scan-exclusive 2
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter attached public.event_1.event_kind
-- hazard non-concurrent-index: writes to public.event_1b wait until the index is built; with --online always they go on
CREATE INDEX event_1b_kind_idx ON public.event_1b (kind);

-- alter attached public.event_1.event_kind
ALTER INDEX public.event_1_kind_idx ATTACH PARTITION public.event_1b_kind_idx;

SET LOCAL search_path = public;
-- alter attached public.event_1.event_pkey (new.toml:12)
-- hazard scan-exclusive: reads and writes of public.event_1a wait until the index is built; with --online always they go on
-- hazard may-fail: it fails if there are rows of public.event_1a without a value in id
-- hazard may-fail: it fails if there are several rows of public.event_1a with the same id
ALTER TABLE public.event_1a ADD CONSTRAINT event_1a_pkey PRIMARY KEY (id);

-- alter attached public.event_1.event_pkey (new.toml:12)
ALTER INDEX public.event_1_pkey ATTACH PARTITION public.event_1a_pkey;

-- alter attached public.event_1.event_pkey (new.toml:12)
-- hazard scan-exclusive: reads and writes of public.event_1b wait until the index is built; with --online always they go on
-- hazard may-fail: it fails if there are rows of public.event_1b without a value in id
-- hazard may-fail: it fails if there are several rows of public.event_1b with the same id
ALTER TABLE public.event_1b ADD CONSTRAINT event_1b_pkey PRIMARY KEY (id);

-- alter attached public.event_1.event_pkey (new.toml:12)
ALTER INDEX public.event_1_pkey ATTACH PARTITION public.event_1b_pkey;

COMMIT;
