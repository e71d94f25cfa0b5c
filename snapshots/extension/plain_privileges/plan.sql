SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
-- plan for golden (PostgreSQL)
-- 1 to create; 5 statements in 1 transaction; hazards: extension-change 1, privilege-change 4
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- create extension citext (new.toml:6)
-- hazard privilege-change: who may use objects that are made later changes
ALTER DEFAULT PRIVILEGES FOR ROLE postgres REVOKE EXECUTE ON FUNCTIONS FROM app_user;

-- create extension citext (new.toml:6)
-- hazard privilege-change: who may use objects that are made later changes
ALTER DEFAULT PRIVILEGES FOR ROLE postgres GRANT EXECUTE ON FUNCTIONS TO PUBLIC;

-- create extension citext (new.toml:6)
-- hazard extension-change: what the extension's script does is not looked into
CREATE EXTENSION citext SCHEMA public;

-- create extension citext (new.toml:6)
-- hazard privilege-change: who may use objects that are made later changes
ALTER DEFAULT PRIVILEGES FOR ROLE postgres GRANT EXECUTE ON FUNCTIONS TO app_user;

-- create extension citext (new.toml:6)
-- hazard privilege-change: who may use objects that are made later changes
ALTER DEFAULT PRIVILEGES FOR ROLE postgres REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

COMMIT;
