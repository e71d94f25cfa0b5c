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
-- 2 to change; 4 statements in 1 transaction; hazards: may-fail 2, non-concurrent-index 2, scan-exclusive 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- replace index public.person.person_b_idx (new.toml:4)
-- hazard non-concurrent-index: reads and writes of public.person wait while the index is dropped
DROP INDEX public.person_b_idx;

-- replace constraint public.person.person_a_key (new.toml:3)
ALTER TABLE public.person DROP CONSTRAINT person_a_key;

SET LOCAL search_path = public;
-- replace constraint public.person.person_a_key (new.toml:3)
-- hazard scan-exclusive: reads and writes of public.person wait until the index is built; with --online always they go on
-- hazard may-fail: it fails if there are several rows of public.person with the same a
ALTER TABLE public.person ADD CONSTRAINT person_a_key UNIQUE NULLS NOT DISTINCT (a);

-- replace index public.person.person_b_idx (new.toml:4)
-- hazard non-concurrent-index: writes to public.person wait until the index is built; with --online always they go on
-- hazard may-fail: it fails if there are several rows of public.person with the same b
CREATE UNIQUE INDEX person_b_idx ON public.person (b) NULLS NOT DISTINCT;

COMMIT;
