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
-- 5 to create, 1 to change, 3 to rebuild, 3 to drop; 25 statements in 1 transaction; hazards: locks-other-table 1, may-fail 1, privilege-change 1, rewrite-table 1, undeclared-drop 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- replace table public.event (new.toml:6)
LOCK TABLE public.event IN ACCESS EXCLUSIVE MODE;

-- replace table public.event (new.toml:6)
-- hazard rewrite-table: all rows are copied to public.event_former, and from there to the table that is made again, while reads and writes wait
CREATE TABLE public.event_former AS TABLE public.event;

-- replace table public.event (new.toml:6)
CREATE TABLE public.event_counts_former AS SELECT 'number'::text AS what, last_value, is_called FROM public.event_number_seq
UNION ALL SELECT 'public.event_id_seq'::text AS what, last_value, is_called FROM public.event_id_seq;

-- rebuild materialized view public.days, because table public.event changes (new.toml:31)
DROP MATERIALIZED VIEW public.days;

-- rebuild view public.events, because table public.event changes (new.toml:28)
DROP VIEW public.events;

-- drop constraint public.mention.mention_event_fkey, not in the declaration
-- hazard undeclared-drop: constraint:public.mention.mention_event_fkey is not in the declaration
-- hazard locks-other-table: it also locks public.event, which it does not name
ALTER TABLE public.mention DROP CONSTRAINT mention_event_fkey;

-- replace table public.event with 6 columns, 2 constraints, 1 index (new.toml:6)
-- drop constraint public.event.event_id_key, not in the declaration
-- drop trigger public.event.event_watched, not in the declaration
-- rebuild sequence public.event_id_seq, because table public.event changes (new.toml:10)
DROP TABLE public.event;

SET LOCAL search_path = public;
-- replace table public.event with 6 columns, 1 constraint (new.toml:6)
-- create column public.event.later (new.toml:10)
CREATE TABLE public.event (
    id integer NOT NULL,
    ward text NOT NULL,
    note text,
    day date NOT NULL,
    number integer GENERATED ALWAYS AS IDENTITY NOT NULL,
    upper text GENERATED ALWAYS AS (upper(note)) STORED,
    later text,
    CONSTRAINT event_note_check CHECK (note <> '')
) PARTITION BY list (ward);

-- rebuild sequence public.event_id_seq, because table public.event changes (new.toml:10)
CREATE SEQUENCE public.event_id_seq AS integer OWNED BY public.event.id;

-- create table public.event_a (new.toml:14)
CREATE TABLE public.event_a PARTITION OF public.event for values in ('a');

-- create table public.event_rest (new.toml:17)
CREATE TABLE public.event_rest PARTITION OF public.event default PARTITION BY hash (id);

-- create table public.event_rest_0 (new.toml:21)
CREATE TABLE public.event_rest_0 PARTITION OF public.event_rest for values with (modulus 1, remainder 0);

-- rebuild default of public.event.id, because table public.event changes (new.toml:10)
ALTER TABLE public.event ALTER COLUMN id SET DEFAULT nextval('public.event_id_seq'::regclass);

-- replace table public.event (new.toml:6)
-- hazard may-fail: it fails if a row belongs to no partition
INSERT INTO public.event (id, ward, note, day, number) OVERRIDING SYSTEM VALUE
SELECT id, ward, note, day, number FROM public.event_former;

-- replace table public.event (new.toml:6)
SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence('public.event', 'number'), last_value, is_called) FROM public.event_counts_former WHERE what = 'number';

-- replace table public.event (new.toml:6)
SELECT pg_catalog.setval('public.event_id_seq', last_value, is_called) FROM public.event_counts_former WHERE what = 'public.event_id_seq';

-- replace table public.event (new.toml:6)
DROP TABLE public.event_former;

-- replace table public.event (new.toml:6)
DROP TABLE public.event_counts_former;

-- rebuild constraint public.event.event_pkey, because table public.event changes (new.toml:11)
ALTER TABLE public.event ADD CONSTRAINT event_pkey PRIMARY KEY (id, ward);

-- create constraint public.event.event_ward_fkey (new.toml:11)
ALTER TABLE public.event ADD CONSTRAINT event_ward_fkey FOREIGN KEY (ward) REFERENCES public.ward (name);

-- rebuild index public.event.event_day_idx, because table public.event changes (new.toml:12)
CREATE INDEX event_day_idx ON public.event (day);

-- rebuild view public.events, because table public.event changes (new.toml:28)
CREATE VIEW public.events AS
select id, note from event;

-- rebuild materialized view public.days, because table public.event changes (new.toml:31)
CREATE MATERIALIZED VIEW public.days AS
select day, count(*) from event group by day;

-- replace table public.event (new.toml:6)
-- hazard privilege-change: app_user gains SELECT on TABLE public.event
GRANT SELECT ON TABLE public.event TO app_user;

-- replace table public.event (new.toml:6)
COMMENT ON TABLE public.event IS 'What happened.';

COMMIT;
