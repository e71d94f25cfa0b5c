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
SET statement_timeout = '0';
SET lock_timeout = '0';
SET idle_in_transaction_session_timeout = '0';
SET idle_session_timeout = '0';
SET client_min_messages = 'notice';
SET TimeZone = 'UTC';
-- plan for golden (PostgreSQL)
-- 4 to create, 3 to change; 11 statements in 1 transaction
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = public;
-- alter function public.stamp() (new.toml:2)
CREATE OR REPLACE FUNCTION public.stamp() RETURNS trigger LANGUAGE plpgsql AS $$ begin new.name := new.name; return new; end $$;

-- create function public.stamp_all() (new.toml:3)
CREATE FUNCTION public.stamp_all() RETURNS trigger LANGUAGE plpgsql AS $$ begin return null; end $$;

-- create view public.named (new.toml:11)
CREATE VIEW public.named AS
select id, name from person;

-- create trigger public.named.write (new.toml:14)
CREATE TRIGGER write INSTEAD OF UPDATE ON public.named FOR EACH ROW EXECUTE FUNCTION public.stamp('a', 'b');

-- create trigger public.person.all (new.toml:9)
CREATE TRIGGER "all" AFTER UPDATE ON public.person REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.stamp_all();

-- create trigger public.person.later (new.toml:10)
CREATE CONSTRAINT TRIGGER later AFTER INSERT ON public.person DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.stamp();

-- create trigger public.person.later (new.toml:10)
ALTER TABLE public.person ENABLE REPLICA TRIGGER later;

-- alter trigger public.person.silent (new.toml:8)
ALTER TABLE public.person DISABLE TRIGGER silent;

-- alter trigger public.person.stamp (new.toml:7)
CREATE OR REPLACE TRIGGER stamp BEFORE INSERT OR UPDATE OF name ON public.person FOR EACH ROW WHEN (new.name is not null) EXECUTE FUNCTION public.stamp();

-- alter trigger public.person.stamp (new.toml:7)
ALTER TABLE public.person ENABLE ALWAYS TRIGGER stamp;

-- alter trigger public.person.stamp (new.toml:7)
COMMENT ON TRIGGER stamp ON public.person IS 'First.';

COMMIT;
