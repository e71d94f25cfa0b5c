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
-- 2 to create; 5 statements in 1 transaction
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = public;
-- create table public.person with 3 columns, 1 constraint (new.toml:4)
CREATE TABLE public.person (
    id integer NOT NULL,
    team integer NOT NULL,
    boss integer,
    CONSTRAINT person_pkey PRIMARY KEY (id)
);

-- create table public.team with 2 columns, 1 constraint (new.toml:1)
CREATE TABLE public.team (
    id integer NOT NULL,
    lead integer,
    CONSTRAINT team_pkey PRIMARY KEY (id)
);

-- create constraint public.person.person_boss_fkey (new.toml:7)
ALTER TABLE public.person ADD CONSTRAINT person_boss_fkey FOREIGN KEY (boss) REFERENCES public.person (id) ON DELETE SET NULL;

-- create constraint public.person.person_team_fkey (new.toml:6)
ALTER TABLE public.person ADD CONSTRAINT person_team_fkey FOREIGN KEY (team) REFERENCES public.team (id);

-- create constraint public.team.team_lead_fkey (new.toml:3)
ALTER TABLE public.team ADD CONSTRAINT team_lead_fkey FOREIGN KEY (lead) REFERENCES public.person (id);

COMMIT;
