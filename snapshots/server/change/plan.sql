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
-- 1 to create, 3 to change, 1 to rename, 1 to rebuild, 2 to drop; 13 statements in 1 transaction; hazards: privilege-change 1, rename-breaks-clients 1, undeclared-drop 2
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rename server named to renamed (new.toml:10)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER SERVER named RENAME TO renamed;

-- rebuild user mapping two.app_auditor, because server two changes (new.toml:15)
DROP USER MAPPING FOR app_auditor SERVER two;

-- drop user mapping two.public, not in the declaration
-- hazard undeclared-drop: user_mapping:two.public is not in the declaration
DROP USER MAPPING FOR PUBLIC SERVER two;

-- drop server going, not in the declaration
-- hazard undeclared-drop: server:going is not in the declaration
DROP SERVER going;

-- replace server two (new.toml:8)
DROP SERVER two;

-- alter server one (new.toml:5)
ALTER SERVER one VERSION NULL OPTIONS (SET host 'db', ADD port '5432');

-- replace server two (new.toml:8)
CREATE SERVER two TYPE 'b' FOREIGN DATA WRAPPER x;

-- create user mapping one.app_owner (new.toml:18)
CREATE USER MAPPING FOR app_owner SERVER one OPTIONS ("user" 'o');

-- alter user mapping one.app_user (new.toml:17)
ALTER USER MAPPING FOR app_user SERVER one OPTIONS (DROP "user");

-- rebuild user mapping two.app_auditor, because server two changes (new.toml:15)
CREATE USER MAPPING FOR app_auditor SERVER two OPTIONS (region 'eu', "user" 'auditor');

-- alter server one (new.toml:5)
-- hazard privilege-change: app_user gains USAGE on FOREIGN SERVER one
GRANT USAGE ON FOREIGN SERVER one TO app_user;

-- alter server one (new.toml:5)
COMMENT ON SERVER one IS NULL;

-- rename server named to renamed (new.toml:10)
COMMENT ON SERVER renamed IS 'Called otherwise.';

COMMIT;
