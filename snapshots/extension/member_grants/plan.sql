SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
-- plan for golden (PostgreSQL)
-- 1 to create, 1 to change, 1 to drop; 5 statements in 1 transaction
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- drop privileges on hstore."type extensions.hstore"
REVOKE USAGE ON TYPE extensions.hstore FROM app_auditor;

-- create privileges on hstore."function extensions.hstore(text, text)" (new.toml:6)
GRANT EXECUTE ON FUNCTION extensions.hstore(text, text) TO app_user;

-- alter privileges on hstore."function extensions.hstore(text[])" (new.toml:7)
GRANT EXECUTE ON FUNCTION extensions.hstore(text[]) TO app_auditor;

-- alter privileges on hstore."function extensions.hstore(text[])" (new.toml:7)
REVOKE GRANT OPTION FOR EXECUTE ON FUNCTION extensions.hstore(text[]) FROM app_user;

-- alter privileges on hstore."function extensions.hstore(text[])" (new.toml:7)
GRANT EXECUTE ON FUNCTION extensions.hstore(text[]) TO PUBLIC;

COMMIT;
