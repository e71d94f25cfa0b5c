SET client_encoding = 'UTF8';
SET default_tablespace = '';
SET default_table_access_method = 'heap';
SET standard_conforming_strings = 'on';
SET backslash_quote = 'safe_encoding';
SET array_nulls = 'on';
SET transform_null_equals = 'off';
SET xmloption = 'content';
SET DateStyle = 'ISO, MDY';
SET IntervalStyle = 'postgres';
SET timezone_abbreviations = 'Default';
SET lc_monetary = 'C';
SET bytea_output = 'hex';
SET extra_float_digits = '1';
SET xmlbinary = 'base64';
SET quote_all_identifiers = 'off';
SET check_function_bodies = 'off';
SET row_security = 'off';
SET default_transaction_isolation = 'read committed';
SET default_transaction_deferrable = 'off';
SET synchronize_seqscans = 'off';
SET TimeZone = 'UTC';
-- plan for golden (PostgreSQL)
-- 4 to create; 7 statements in 1 transaction
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- create enum "odd.schema".the kind (new.toml:4)
CREATE TYPE "odd.schema"."the kind" AS ENUM ('it''s', 'a "b"');

SET LOCAL search_path = public;
-- create table "odd.schema"."Table.One" with 3 columns, 2 constraints (new.toml:5)
CREATE TABLE "odd.schema"."Table.One" (
    "a.b" integer NOT NULL,
    "Select" "odd.schema"."the kind",
    "it's" text DEFAULT 'it''s',
    CONSTRAINT "check.one" CHECK ("a.b" > 0),
    CONSTRAINT "Table.One_pkey" PRIMARY KEY ("a.b")
);

-- create table public.select with 2 columns, 1 constraint (new.toml:10)
CREATE TABLE public."select" (
    "from" integer NOT NULL,
    "where" integer,
    CONSTRAINT select_pkey PRIMARY KEY ("from")
);

-- create constraint public.select.select_where_fkey (new.toml:12)
ALTER TABLE public."select" ADD CONSTRAINT select_where_fkey FOREIGN KEY ("where") REFERENCES "odd.schema"."Table.One" ("a.b");

-- create index "odd.schema"."Table.One"."index of ""it""" (new.toml:8)
CREATE INDEX "index of ""it""" ON "odd.schema"."Table.One" ("it's");

-- create view public.order (new.toml:13)
CREATE VIEW public."order" AS
select "from", "where" as "group" from "select";

-- create table "odd.schema"."Table.One" (new.toml:5)
COMMENT ON TABLE "odd.schema"."Table.One" IS 'Odd.';

COMMIT;
