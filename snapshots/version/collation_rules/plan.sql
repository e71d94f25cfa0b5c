SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
-- plan for golden (PostgreSQL)
-- 1 to change; 2 statements in 1 transaction
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- replace collation public.reordered (new.toml:2)
DROP COLLATION public.reordered;

SET LOCAL search_path = public;
-- replace collation public.reordered (new.toml:2)
CREATE COLLATION public.reordered (provider = icu, locale = 'de', rules = '&b < a');

COMMIT;
