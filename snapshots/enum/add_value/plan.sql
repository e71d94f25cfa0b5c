SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
-- plan for golden (PostgreSQL)
-- 2 to change; 3 statements in 3 transactions
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 3
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter enum public.status (new.toml:2)
ALTER TYPE public.status ADD VALUE 'new' BEFORE 'open';

COMMIT;

-- transaction 2 of 3
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter enum public.status (new.toml:2)
ALTER TYPE public.status ADD VALUE 'waiting' AFTER 'open';

COMMIT;

-- transaction 3 of 3
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = public;
-- alter default of public.task.status (new.toml:5)
ALTER TABLE public.task ALTER COLUMN status SET DEFAULT 'new';

COMMIT;
