SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
-- plan for golden (PostgreSQL)
-- 1 to rename; 1 statement in 1 transaction; hazards: rename-breaks-clients 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rename enum public.state to public.status (new.toml:2)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER TYPE public.state RENAME TO status;

COMMIT;
