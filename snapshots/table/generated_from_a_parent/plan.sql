SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
-- plan for golden (PostgreSQL)
-- 3 to create; 3 statements in 1 transaction
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- create sequence public.stamp_id_seq (new.toml:9)
CREATE SEQUENCE public.stamp_id_seq;

SET LOCAL search_path = public;
-- create table public.letter with 2 columns (new.toml:4)
CREATE TABLE public.letter (
    cost integer,
    weight integer NOT NULL
) INHERITS (public.parcel);

-- create table public.stamp with 1 column (new.toml:10)
CREATE TABLE public.stamp (
    id integer GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME public.stamp_id_seq1) NOT NULL
);

COMMIT;
