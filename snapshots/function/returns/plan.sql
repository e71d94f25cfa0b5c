SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
-- plan for golden (PostgreSQL)
-- 2 to change, 1 to rebuild; 6 statements in 1 transaction
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rebuild view public.answered, because function public.answer() changes (new.toml:4)
DROP VIEW public.answered;

-- replace function public.answer() (new.toml:2)
DROP FUNCTION public.answer();

-- replace function public.many() (new.toml:3)
DROP FUNCTION public.many();

SET LOCAL search_path = public;
-- replace function public.answer() (new.toml:2)
CREATE FUNCTION public.answer() RETURNS bigint LANGUAGE sql STABLE AS $$select 42::bigint$$;

-- replace function public.many() (new.toml:3)
CREATE FUNCTION public.many() RETURNS SETOF integer LANGUAGE sql AS $$select 1$$;

-- rebuild view public.answered, because function public.answer() changes (new.toml:4)
CREATE VIEW public.answered AS
select answer() as a;

COMMIT;
