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
-- 1 to change, 1 to rename, 1 to drop; 8 statements in 1 transaction; hazards: privilege-change 2, rename-breaks-clients 1, undeclared-drop 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rename foreign data wrapper strict to careful (new.toml:3)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER FOREIGN DATA WRAPPER strict RENAME TO careful;

-- drop foreign data wrapper going, not in the declaration
-- hazard undeclared-drop: foreign_data_wrapper:going is not in the declaration
DROP FOREIGN DATA WRAPPER going;

SET LOCAL search_path = public;
-- rename foreign data wrapper strict to careful (new.toml:3)
ALTER FOREIGN DATA WRAPPER careful NO VALIDATOR;

-- alter foreign data wrapper plain (new.toml:2)
ALTER FOREIGN DATA WRAPPER plain OPTIONS (DROP "Host", SET debug 'it''s', ADD extra '');

-- alter foreign data wrapper plain (new.toml:2)
-- hazard privilege-change: app_auditor gains USAGE on FOREIGN DATA WRAPPER plain, and may grant it
GRANT USAGE ON FOREIGN DATA WRAPPER plain TO app_auditor WITH GRANT OPTION;

-- alter foreign data wrapper plain (new.toml:2)
-- hazard privilege-change: app_user gains USAGE on FOREIGN DATA WRAPPER plain
GRANT USAGE ON FOREIGN DATA WRAPPER plain TO app_user;

-- rename foreign data wrapper strict to careful (new.toml:3)
COMMENT ON FOREIGN DATA WRAPPER careful IS NULL;

-- alter foreign data wrapper plain (new.toml:2)
COMMENT ON FOREIGN DATA WRAPPER plain IS 'Now said.';

COMMIT;
