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
-- 1 to create, 1 to change, 1 to drop; 4 statements in 1 transaction; hazards: undeclared-drop 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- replace operator class public.by_size using btree (new.toml:4)
DROP OPERATOR CLASS public.by_size USING btree;

-- drop operator family public.by_size using btree, not in the declaration
-- hazard undeclared-drop: operator_family:public.by_size using btree is not in the declaration
DROP OPERATOR FAMILY public.by_size USING btree;

-- create operator family public.sizes using btree (new.toml:2)
CREATE OPERATOR FAMILY public.sizes USING btree;

SET LOCAL search_path = public;
-- replace operator class public.by_size using btree (new.toml:4)
CREATE OPERATOR CLASS public.by_size FOR TYPE bigint USING btree FAMILY public.sizes AS operator 1 < (bigint, bigint), operator 2 <= (bigint, bigint), operator 3 = (bigint, bigint), operator 4 >= (bigint, bigint), operator 5 > (bigint, bigint), function 1 (bigint, bigint) btint8cmp(bigint, bigint);

COMMIT;
