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
-- 1 to create, 3 to drop; 6 statements in 1 transaction; hazards: undeclared-drop 5
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- drop operator app.!!!(bigint, integer), not in the declaration
-- hazard undeclared-drop: operator:app.!!!(bigint, integer) is not in the declaration
DROP OPERATOR app.!!! (bigint, integer);

-- drop operator app.!!!(bigint, integer), not in the declaration
-- hazard undeclared-drop: operator:app.!!!(bigint, integer) is not in the declaration
DROP OPERATOR IF EXISTS app.!!= (bigint, integer);

-- drop operator app.@@@(bigint, integer), not in the declaration
-- hazard undeclared-drop: operator:app.@@@(bigint, integer) is not in the declaration
DROP OPERATOR app.@@@ (bigint, integer);

-- drop operator app.@@@(bigint, integer), not in the declaration
-- hazard undeclared-drop: operator:app.@@@(bigint, integer) is not in the declaration
DROP OPERATOR IF EXISTS app.@@@ (integer, bigint);

-- drop schema app, not in the declaration
-- hazard undeclared-drop: schema:app is not in the declaration
DROP SCHEMA app;

SET LOCAL search_path = public;
-- create operator public.@@@(bigint, integer) (new.toml:2)
CREATE OPERATOR public.@@@ (function = int84eq, leftarg = bigint, rightarg = integer, commutator = operator(public.@@@));

COMMIT;
