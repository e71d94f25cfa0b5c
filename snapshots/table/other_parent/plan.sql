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
-- 1 to create, 1 to change, 1 to drop; 4 statements in 1 transaction; hazards: data-loss 1, detach-blocking 1, undeclared-drop 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = public;
-- create table public.incident with 3 columns (new.toml:1)
CREATE TABLE public.incident (
    id integer,
    kind text,
    note text DEFAULT ''
) PARTITION BY list (kind);

-- alter table public.event_a (new.toml:4)
-- hazard detach-blocking: reads and writes of public.event wait
ALTER TABLE public.event DETACH PARTITION public.event_a;

-- alter table public.event_a (new.toml:4)
ALTER TABLE public.incident ATTACH PARTITION public.event_a for values in ('a');

-- drop table public.event with 3 columns, not in the declaration
-- hazard data-loss: the rows of its partitions are lost
-- hazard undeclared-drop: table:public.event is not in the declaration
DROP TABLE public.event;

COMMIT;
