SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
-- plan for golden (PostgreSQL)
-- 1 to create, 1 to change; 5 statements in 1 transaction
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- replace statistics public.client_stats (new.toml:6)
DROP STATISTICS public.client_stats;

SET LOCAL search_path = public;
-- create statistics public.client_name (new.toml:7)
CREATE STATISTICS public.client_name ON facility, (lower(name)) FROM public.client;

-- create statistics public.client_name (new.toml:7)
ALTER STATISTICS public.client_name SET STATISTICS 500;

-- replace statistics public.client_stats (new.toml:6)
CREATE STATISTICS public.client_stats (ndistinct, dependencies) ON facility, tenant FROM public.client;

-- replace statistics public.client_stats (new.toml:6)
COMMENT ON STATISTICS public.client_stats IS 'They go together.';

COMMIT;
