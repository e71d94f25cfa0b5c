SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
-- plan for golden (PostgreSQL)
-- 1 to create; 1 statement in 1 transaction
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = public;
-- create table public.stay with 1 constraint (new.toml:5)
CREATE TABLE public.stay (
    CONSTRAINT stay_pkey PRIMARY KEY (id)
) INHERITS (public.visit);

COMMIT;
