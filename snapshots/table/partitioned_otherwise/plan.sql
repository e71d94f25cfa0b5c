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
-- 3 to change, 2 to rebuild, 1 to drop; 21 statements in 1 transaction; hazards: detach-blocking 3, locks-other-table 3, may-fail 1, rewrite-table 1, rls-change 1, undeclared-drop 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- replace table public.visit (new.toml:2)
LOCK TABLE public.visit IN ACCESS EXCLUSIVE MODE;

-- replace table public.visit (new.toml:2)
-- hazard rls-change: who sees and writes which rows of public.visit changes
ALTER TABLE public.visit NO FORCE ROW LEVEL SECURITY;

-- replace table public.visit (new.toml:2)
-- hazard rewrite-table: all rows are copied to public.visit_former, and from there to the table that is made again, while reads and writes wait
CREATE TABLE public.visit_former AS TABLE public.visit;

-- rebuild table public.visit_1, because table public.visit changes (new.toml:11)
-- hazard detach-blocking: reads and writes of public.visit wait
-- hazard locks-other-table: it also locks public.visit, which it does not name
DROP TABLE public.visit_1;

-- drop table public.visit_2a with 1 attached, not in the declaration
-- hazard undeclared-drop: table:public.visit_2a is not in the declaration
-- hazard detach-blocking: reads and writes of public.visit_2 wait
-- hazard locks-other-table: it also locks public.visit_2, which it does not name
DROP TABLE public.visit_2a;

-- replace table public.visit_2 with 1 index (new.toml:16)
-- hazard detach-blocking: reads and writes of public.visit wait
-- hazard locks-other-table: it also locks public.visit, which it does not name
DROP TABLE public.visit_2;

-- replace table public.visit with 3 columns, 1 index, 1 policy (new.toml:2)
-- replace constraint public.visit.visit_pkey (new.toml:5)
-- rebuild published table visits."public.visit", because table public.visit changes (new.toml:21)
DROP TABLE public.visit;

SET LOCAL search_path = public;
-- replace table public.visit with 3 columns (new.toml:2)
CREATE TABLE public.visit (
    id integer NOT NULL,
    kind text NOT NULL,
    note text
) PARTITION BY list (kind);

-- replace table public.visit with 3 columns (new.toml:2)
ALTER TABLE public.visit ENABLE ROW LEVEL SECURITY;

-- rebuild table public.visit_1, because table public.visit changes (new.toml:11)
CREATE TABLE public.visit_1 PARTITION OF public.visit for values in ('a');

-- replace table public.visit_2 (new.toml:16)
CREATE TABLE public.visit_2 PARTITION OF public.visit for values in ('b', 'c');

-- replace table public.visit (new.toml:2)
-- hazard may-fail: it fails if a row belongs to no partition
INSERT INTO public.visit (id, kind, note)
SELECT id, kind, note FROM public.visit_former;

-- replace table public.visit (new.toml:2)
DROP TABLE public.visit_former;

-- replace table public.visit (new.toml:2)
ALTER TABLE public.visit FORCE ROW LEVEL SECURITY;

-- replace constraint public.visit.visit_pkey (new.toml:5)
ALTER TABLE public.visit ADD CONSTRAINT visit_pkey PRIMARY KEY (id, kind);

-- rebuild index public.visit.visit_kind_idx, because table public.visit changes (new.toml:6)
CREATE INDEX visit_kind_idx ON public.visit (kind);

-- rebuild index public.visit_2.visit_2_note_idx, because table public.visit_2 changes (new.toml:18)
CREATE INDEX visit_2_note_idx ON public.visit_2 (note);

-- rebuild policy public.visit.all_see, because table public.visit changes (new.toml:9)
CREATE POLICY all_see ON public.visit FOR SELECT USING (true);

-- rebuild published table visits."public.visit", because table public.visit changes (new.toml:21)
ALTER PUBLICATION visits ADD TABLE ONLY public.visit;

-- rebuild table public.visit_1, because table public.visit changes (new.toml:11)
GRANT SELECT ON TABLE public.visit_1 TO app_user;

-- rebuild table public.visit_1, because table public.visit changes (new.toml:11)
COMMENT ON TABLE public.visit_1 IS 'The first.';

COMMIT;
