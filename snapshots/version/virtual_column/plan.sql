SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
-- plan for golden (PostgreSQL)
-- 2 to create; 2 statements in 1 transaction
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = public;
-- create column public.line.double (new.toml:3)
ALTER TABLE public.line ADD COLUMN double integer GENERATED ALWAYS AS (price * 2) VIRTUAL;

-- create constraint public.line.cheap (new.toml:5)
ALTER TABLE public.line ADD CONSTRAINT cheap CHECK (price < 100) NOT ENFORCED;

COMMIT;
