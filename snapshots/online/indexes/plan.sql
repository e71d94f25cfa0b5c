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
-- 1 to create, 2 to change, 1 to drop; 10 statements in 8 transactions; hazards: may-fail 1, undeclared-drop 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 8, outside a block
SET search_path = public;
-- create index public.visit.by_customer (new.toml:13)
CREATE INDEX CONCURRENTLY by_customer ON public.visit (customer_id) INCLUDE (code);

RESET search_path;

-- transaction 2 of 8, outside a block
SET search_path = public;
-- alter index public.visit.by_note (new.toml:12)
CREATE INDEX CONCURRENTLY by_note_plumb_next ON public.visit (note, code) WHERE note is not null;

RESET search_path;

-- transaction 3 of 8
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter index public.visit.by_note (new.toml:12)
ALTER INDEX public.by_note RENAME TO by_note_plumb_former;

-- alter index public.visit.by_note (new.toml:12)
ALTER INDEX public.by_note_plumb_next RENAME TO by_note;

COMMIT;

-- transaction 4 of 8, outside a block
SET search_path = pg_catalog;
-- alter index public.visit.by_note (new.toml:12)
DROP INDEX CONCURRENTLY public.by_note_plumb_former;

RESET search_path;

-- transaction 5 of 8, outside a block
SET search_path = public;
-- alter index public.visit.code_once (new.toml:14)
-- hazard may-fail: it fails if there are several rows of public.visit with the same code
CREATE UNIQUE INDEX CONCURRENTLY code_once_plumb_next ON public.visit (code);

RESET search_path;

-- transaction 6 of 8
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter index public.visit.code_once (new.toml:14)
ALTER INDEX public.code_once RENAME TO code_once_plumb_former;

-- alter index public.visit.code_once (new.toml:14)
ALTER INDEX public.code_once_plumb_next RENAME TO code_once;

COMMIT;

-- transaction 7 of 8, outside a block
SET search_path = pg_catalog;
-- alter index public.visit.code_once (new.toml:14)
DROP INDEX CONCURRENTLY public.code_once_plumb_former;

RESET search_path;

-- transaction 8 of 8, outside a block
SET search_path = pg_catalog;
-- drop index public.visit.by_code, not in the declaration
-- hazard undeclared-drop: index:public.visit.by_code is not in the declaration
DROP INDEX CONCURRENTLY public.by_code;

RESET search_path;
