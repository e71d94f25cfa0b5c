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
-- 1 to create, 2 to change, 1 to rename, 1 to drop; 12 statements in 1 transaction; hazards: rename-breaks-clients 1, replication 3, undeclared-drop 3
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rename subscription named to renamed (new.toml:4)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER SUBSCRIPTION named RENAME TO renamed;

-- drop subscription going, not in the declaration
-- hazard undeclared-drop: subscription:going is not in the declaration
ALTER SUBSCRIPTION going DISABLE;

-- drop subscription going, not in the declaration
-- hazard undeclared-drop: subscription:going is not in the declaration
ALTER SUBSCRIPTION going SET (slot_name = NONE);

-- drop subscription going, not in the declaration
-- hazard replication: slot far stays on the publisher and keeps its log until it is dropped
-- hazard undeclared-drop: subscription:going is not in the declaration
DROP SUBSCRIPTION going;

-- create subscription made (new.toml:5)
-- hazard replication: nothing is replicated before its slot is made on the publisher and it is enabled and refreshed here
CREATE SUBSCRIPTION made CONNECTION 'host=''a b'' dbname=app' PUBLICATION a WITH (connect = false, synchronous_commit=remote_apply, slot_name=made);

-- alter subscription plain (new.toml:2)
ALTER SUBSCRIPTION plain CONNECTION 'dbname=app host=two port=5433';

-- alter subscription plain (new.toml:2)
-- hazard replication: tables come and go only with the next ALTER SUBSCRIPTION ... REFRESH PUBLICATION
ALTER SUBSCRIPTION plain SET PUBLICATION a, "C" WITH (refresh = false);

-- alter subscription plain (new.toml:2)
ALTER SUBSCRIPTION plain SET ("binary"=true, streaming=on, synchronous_commit=local);

-- alter subscription slotted (new.toml:3)
ALTER SUBSCRIPTION slotted DISABLE;

-- alter subscription slotted (new.toml:3)
ALTER SUBSCRIPTION slotted SET (slot_name='none');

-- alter subscription plain (new.toml:2)
COMMENT ON SUBSCRIPTION plain IS NULL;

-- rename subscription named to renamed (new.toml:4)
COMMENT ON SUBSCRIPTION renamed IS 'Called otherwise.';

COMMIT;
