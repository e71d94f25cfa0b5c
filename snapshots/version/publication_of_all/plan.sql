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
-- 1 to create, 4 to change, 1 to rename, 1 to drop; 9 statements in 1 transaction; hazards: data-loss 1, rename-breaks-clients 1, undeclared-drop 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rename table public.audit to public.history (new.toml:3)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER TABLE public.audit RENAME TO history;

SET LOCAL search_path = public;
-- create table public.fresh with 1 column (new.toml:6)
CREATE TABLE public.fresh (
    id integer
);

-- alter publication counters (new.toml:16)
ALTER PUBLICATION counters SET ALL TABLES, ALL SEQUENCES;

-- alter publication everything (new.toml:14)
ALTER PUBLICATION everything SET ALL TABLES EXCEPT (TABLE ONLY public.fresh), ALL SEQUENCES;

-- alter publication fewer (new.toml:17)
ALTER PUBLICATION fewer SET ALL SEQUENCES;

-- alter publication most (new.toml:15)
ALTER PUBLICATION most SET ALL TABLES EXCEPT (TABLE ONLY public.history, TABLE ONLY sales."Order");

-- alter publication most (new.toml:15)
ALTER PUBLICATION most SET (publish='insert, update, delete, truncate');

-- drop table public.gone with 1 column, not in the declaration
-- hazard data-loss: its rows are lost
-- hazard undeclared-drop: table:public.gone is not in the declaration
DROP TABLE public.gone;

-- alter publication fewer (new.toml:17)
COMMENT ON PUBLICATION fewer IS 'Numbers only.';

COMMIT;
