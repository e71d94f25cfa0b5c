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
-- 9 to create, 9 to drop; 19 statements in 1 transaction; hazards: data-loss 5, non-concurrent-index 2, undeclared-drop 9
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- drop view public.today, not in the declaration
-- hazard undeclared-drop: view:public.today is not in the declaration
DROP VIEW public.today;

-- drop index public.visit.visit_day_idx, not in the declaration
-- hazard undeclared-drop: index:public.visit.visit_day_idx is not in the declaration
-- hazard non-concurrent-index: reads and writes of public.visit wait while the index is dropped
DROP INDEX public.visit_day_idx;

-- drop function public.clean(text), not in the declaration
-- hazard undeclared-drop: function:public.clean(text) is not in the declaration
DROP FUNCTION public.clean(text);

-- drop column public.visit.floor, not in the declaration
-- hazard data-loss: its values are lost
-- hazard undeclared-drop: column:public.visit.floor is not in the declaration
ALTER TABLE public.visit DROP COLUMN floor;

-- drop column public.visit.remarks, not in the declaration
-- hazard data-loss: its values are lost
-- hazard undeclared-drop: column:public.visit.remarks is not in the declaration
ALTER TABLE public.visit DROP COLUMN remarks;

-- drop column public.visit.room, not in the declaration
-- hazard data-loss: its values are lost
-- hazard undeclared-drop: column:public.visit.room is not in the declaration
ALTER TABLE public.visit DROP COLUMN room;

-- drop table public.customer with 4 columns, 1 constraint, not in the declaration
-- hazard data-loss: its rows are lost
-- hazard undeclared-drop: table:public.customer is not in the declaration
DROP TABLE public.customer;

-- drop table public.forgotten with 1 column, not in the declaration
-- hazard data-loss: its rows are lost
-- hazard undeclared-drop: table:public.forgotten is not in the declaration
DROP TABLE public.forgotten;

-- drop enum public.visit_state, not in the declaration
-- hazard undeclared-drop: enum:public.visit_state is not in the declaration
DROP TYPE public.visit_state;

-- create enum public.state (new.toml:3)
CREATE TYPE public.state AS ENUM ('planned', 'late', 'here', 'gone');

SET LOCAL search_path = public;
-- create table public.client with 4 columns, 1 constraint (new.toml:5)
CREATE TABLE public.client (
    id integer NOT NULL,
    name text NOT NULL,
    born date,
    town text,
    CONSTRAINT client_pkey PRIMARY KEY (id)
);

-- create table public.unlike with 2 columns (new.toml:19)
CREATE TABLE public.unlike (
    n integer,
    m integer
);

-- create column public.visit.notes (new.toml:11)
ALTER TABLE public.visit ADD COLUMN notes text;

-- create column public.visit.door (new.toml:13)
ALTER TABLE public.visit ADD COLUMN door integer;

-- create column public.visit.level (new.toml:14)
ALTER TABLE public.visit ADD COLUMN level integer;

-- create function public.tidy(text) (new.toml:23)
CREATE FUNCTION public.tidy(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$select lower($1)$$;

-- create index public.visit.visit_by_day_idx (new.toml:17)
-- hazard non-concurrent-index: writes to public.visit wait until the index is built; with --online always they go on
CREATE INDEX visit_by_day_idx ON public.visit (day);

-- create view public.now (new.toml:26)
CREATE VIEW public.now AS
select v.id from visit v where v.day = current_date;

-- create column public.visit.notes (new.toml:11)
COMMENT ON COLUMN public.visit.notes IS 'What was said.';

COMMIT;
