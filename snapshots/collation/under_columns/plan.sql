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
-- 5 to change, 6 to rebuild; 22 statements in 1 transaction; hazards: locks-other-table 1, may-fail 3, non-concurrent-index 2, rewrite-table 2, scan-blocks-writes 1, scan-exclusive 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rebuild view public.sorted, because collation public.names changes (new.toml:13)
DROP VIEW public.sorted;

-- rebuild index public.person.person_lower_idx, because collation public.names changes (new.toml:10)
-- hazard non-concurrent-index: reads and writes of public.person wait while the index is dropped
DROP INDEX public.person_lower_idx;

-- rebuild constraint public.visit.visit_name_fkey, because collation public.names changes (new.toml:12)
-- hazard locks-other-table: it also locks public.person, which it does not name
ALTER TABLE public.visit DROP CONSTRAINT visit_name_fkey;

-- rebuild constraint public.person.person_pkey, because collation public.names changes (new.toml:9)
ALTER TABLE public.person DROP CONSTRAINT person_pkey;

-- rebuild constraint public.nick.nick_check, because collation public.names changes (new.toml:5)
ALTER DOMAIN public.nick DROP CONSTRAINT nick_check;

-- rebuild domain public.nick, because collation public.names changes (new.toml:5)
ALTER DOMAIN public.nick RENAME TO nick_former;

-- rebuild type public.card, because collation public.names changes (new.toml:7)
ALTER TYPE public.card RENAME TO card_former;

-- replace collation public.names (new.toml:3)
ALTER COLLATION public.names RENAME TO names_former;

SET LOCAL search_path = public;
-- replace collation public.names (new.toml:3)
CREATE COLLATION public.names (provider = icu, locale = 'de');

-- rebuild domain public.nick, because collation public.names changes with 1 constraint (new.toml:5)
CREATE DOMAIN public.nick AS text COLLATE public.names CONSTRAINT nick_check CHECK (value <> '');

-- rebuild type public.card, because collation public.names changes (new.toml:7)
CREATE TYPE public.card AS (title text COLLATE public.names);

-- alter column public.person.name, because collation public.names changes (new.toml:9)
ALTER TABLE public.person ALTER COLUMN name TYPE character varying(20) COLLATE public.names;

-- alter column public.person.nick, because collation public.names changes (new.toml:9)
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.person ALTER COLUMN nick TYPE nick USING nick::text::nick;

-- rebuild domain public.nick, because collation public.names changes (new.toml:5)
DROP DOMAIN public.nick_former;

-- alter column public.person.card, because collation public.names changes (new.toml:9)
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.person ALTER COLUMN card TYPE card USING card::text::card;

-- rebuild type public.card, because collation public.names changes (new.toml:7)
DROP TYPE public.card_former;

-- alter column public.visit.name, because collation public.names changes (new.toml:12)
ALTER TABLE public.visit ALTER COLUMN name TYPE character varying(20) COLLATE public.names;

-- replace collation public.names (new.toml:3)
DROP COLLATION public.names_former;

-- rebuild constraint public.person.person_pkey, because collation public.names changes (new.toml:9)
-- hazard scan-exclusive: reads and writes of public.person wait until the index is built; with --online always they go on
-- hazard may-fail: it fails if there are rows of public.person without a value in name
-- hazard may-fail: it fails if there are several rows of public.person with the same name
ALTER TABLE public.person ADD CONSTRAINT person_pkey PRIMARY KEY (name);

-- rebuild constraint public.visit.visit_name_fkey, because collation public.names changes (new.toml:12)
-- hazard scan-blocks-writes: writes to public.visit and public.person wait while every row is looked up; with --online always they go on
-- hazard may-fail: it fails if there are rows of public.visit whose name is in no row of public.person
ALTER TABLE public.visit ADD CONSTRAINT visit_name_fkey FOREIGN KEY (name) REFERENCES public.person (name);

-- rebuild index public.person.person_lower_idx, because collation public.names changes (new.toml:10)
-- hazard non-concurrent-index: writes to public.person wait until the index is built; with --online always they go on
CREATE INDEX person_lower_idx ON public.person (lower(name) collate names);

-- rebuild view public.sorted, because collation public.names changes (new.toml:13)
CREATE VIEW public.sorted AS
select name, nick from person order by name collate names;

COMMIT;
