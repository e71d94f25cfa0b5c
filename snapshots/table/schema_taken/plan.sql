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
-- 1 to rename, 2 to drop; 3 statements in 1 transaction; hazards: data-loss 1, rename-breaks-clients 1, undeclared-drop 2
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- drop view s.parcel_number_seq, not in the declaration
-- hazard undeclared-drop: view:s.parcel_number_seq is not in the declaration
DROP VIEW s.parcel_number_seq;

-- drop table s.letters with 1 column, not in the declaration
-- hazard data-loss: its rows are lost
-- hazard undeclared-drop: table:s.letters is not in the declaration
DROP TABLE s.letters;

-- rename table public.parcel to s.parcel (new.toml:4)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER TABLE public.parcel SET SCHEMA s;

COMMIT;
