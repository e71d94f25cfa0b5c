SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
-- plan for golden (PostgreSQL)
-- 3 to create; 3 statements in 1 transaction
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = public;
-- create cast """bit"" as public.mood" (new.toml:9)
CREATE CAST ("bit" AS public.mood) WITH INOUT;

-- create cast "bpchar as public.mood" (new.toml:7)
CREATE CAST (bpchar AS public.mood) WITH INOUT AS ASSIGNMENT;

-- create cast "public.mood as bpchar" (new.toml:8)
CREATE CAST (public.mood AS bpchar) WITH INOUT;

COMMIT;
