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
-- 2 to change, 8 to rebuild; 21 statements in 1 transaction; hazards: locks-other-table 1, locks-partition-tree 4, may-fail 3, non-concurrent-index 4, privilege-change 1, rewrite-table 2, scan-blocks-writes 1, scan-exclusive 2
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rebuild view public.doubles, because column public.parcel.double changes (new.toml:29)
DROP VIEW public.doubles;

-- rebuild statistics public.letter_ends, because column public.parcel.double changes (new.toml:16)
DROP STATISTICS public.letter_ends;

-- rebuild index public.letter.letter_double_idx, because column public.parcel.double changes (new.toml:14)
-- hazard non-concurrent-index: reads and writes of public.letter wait while the index is dropped
DROP INDEX public.letter_double_idx;

-- rebuild index public.visit_1.visit_1_next_idx, because column public.visit.next changes (new.toml:27)
-- hazard non-concurrent-index: reads and writes of public.visit_1 wait while the index is dropped
DROP INDEX public.visit_1_next_idx;

-- rebuild constraint public.letter.letter_double_check, because column public.parcel.double changes (new.toml:11)
ALTER TABLE public.letter DROP CONSTRAINT letter_double_check;

-- rebuild constraint public.stamp.stamp_letter_fkey, because column public.parcel.double changes (new.toml:19)
-- hazard locks-other-table: it also locks public.letter, which it does not name
ALTER TABLE public.stamp DROP CONSTRAINT stamp_letter_fkey;

-- rebuild constraint public.letter.letter_double_key, because column public.parcel.double changes (new.toml:12)
ALTER TABLE public.letter DROP CONSTRAINT letter_double_key;

-- replace column public.parcel.double (new.toml:4)
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE public.parcel DROP COLUMN double;

-- replace column public.visit.next (new.toml:23)
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE public.visit DROP COLUMN next;

SET LOCAL search_path = public;
-- replace column public.parcel.double (new.toml:4)
-- hazard rewrite-table: rewrites the whole table while holding the lock
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE public.parcel ADD COLUMN double integer GENERATED ALWAYS AS (number * 3) STORED;

-- rebuild column public.letter.double, because column public.parcel.double changes (new.toml:9)
ALTER TABLE public.letter ALTER COLUMN double SET STATISTICS 50;

-- replace column public.visit.next (new.toml:23)
-- hazard rewrite-table: rewrites the whole table while holding the lock
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE public.visit ADD COLUMN next integer GENERATED ALWAYS AS (ward + 2) STORED;

-- rebuild constraint public.letter.letter_double_check, because column public.parcel.double changes (new.toml:11)
-- hazard scan-exclusive: public.letter is read while its reads and writes wait; with --online always they go on
-- hazard may-fail: it fails if there are rows of public.letter that violate letter_double_check
ALTER TABLE public.letter ADD CONSTRAINT letter_double_check CHECK (double > 0);

-- rebuild constraint public.letter.letter_double_key, because column public.parcel.double changes (new.toml:12)
-- hazard scan-exclusive: reads and writes of public.letter wait until the index is built; with --online always they go on
-- hazard may-fail: it fails if there are several rows of public.letter with the same double
ALTER TABLE public.letter ADD CONSTRAINT letter_double_key UNIQUE (double);

-- rebuild constraint public.stamp.stamp_letter_fkey, because column public.parcel.double changes (new.toml:19)
-- hazard scan-blocks-writes: writes to public.stamp and public.letter wait while every row is looked up; with --online always they go on
-- hazard may-fail: it fails if there are rows of public.stamp whose letter is in no row of public.letter
ALTER TABLE public.stamp ADD CONSTRAINT stamp_letter_fkey FOREIGN KEY (letter) REFERENCES public.letter (double);

-- rebuild index public.letter.letter_double_idx, because column public.parcel.double changes (new.toml:14)
-- hazard non-concurrent-index: writes to public.letter wait until the index is built; with --online always they go on
CREATE INDEX letter_double_idx ON public.letter (double);

-- rebuild index public.visit_1.visit_1_next_idx, because column public.visit.next changes (new.toml:27)
-- hazard non-concurrent-index: writes to public.visit_1 wait until the index is built; with --online always they go on
CREATE INDEX visit_1_next_idx ON public.visit_1 (next);

-- rebuild statistics public.letter_ends, because column public.parcel.double changes (new.toml:16)
CREATE STATISTICS public.letter_ends ON double, number FROM public.letter;

-- rebuild view public.doubles, because column public.parcel.double changes (new.toml:29)
CREATE VIEW public.doubles AS
select double from letter;

-- rebuild column public.letter.double, because column public.parcel.double changes (new.toml:9)
-- hazard privilege-change: app_user gains SELECT (double) on TABLE public.letter
GRANT SELECT (double) ON TABLE public.letter TO app_user;

-- rebuild column public.letter.double, because column public.parcel.double changes (new.toml:9)
COMMENT ON COLUMN public.letter.double IS 'Twice the number.';

COMMIT;
