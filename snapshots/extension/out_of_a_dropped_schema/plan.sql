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
-- 1 to change, 1 to drop; 2 statements in 1 transaction; hazards: extension-change 1, rename-breaks-clients 1, undeclared-drop 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter extension pg_trgm (new.toml:2)
-- hazard rename-breaks-clients: code that uses the old name stops working
-- hazard extension-change: what the extension's script does is not looked into
ALTER EXTENSION pg_trgm SET SCHEMA public;

-- drop schema legacy, not in the declaration
-- hazard undeclared-drop: schema:legacy is not in the declaration
DROP SCHEMA legacy;

COMMIT;
