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
-- 1 to create, 1 to change, 5 to rebuild; 12 statements in 1 transaction; hazards: locks-partition-tree 1, may-fail 4, non-concurrent-index 4, scan-blocks-writes 1, scan-exclusive 3
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rebuild index public.visit_1.note_1, because table public.visit_1 changes (new.toml:10)
ALTER INDEX public.note_1 RENAME TO visit_1_note_idx;

-- rebuild index public.visit_1.note_1_too, because table public.visit_1 changes (new.toml:10)
-- hazard non-concurrent-index: reads and writes of public.visit_1 wait while the index is dropped
DROP INDEX public.note_1_too;

-- rebuild index public.visit_2.words_2, because index public.visit.by_words changes (new.toml:13)
ALTER INDEX public.words_2 RENAME TO visit_2_lower_idx;

-- rebuild constraint public.visit_1.visit_1_own, because table public.visit_1 changes (new.toml:9)
ALTER INDEX public.visit_1_own RENAME TO visit_1_ward_bed_key;

-- rebuild constraint public.visit_1.visit_1_pkey, because table public.visit_1 changes (new.toml:9)
ALTER TABLE public.visit_1 DROP CONSTRAINT visit_1_pkey;

SET LOCAL search_path = public;
-- alter table public.visit_1 (new.toml:7)
-- hazard scan-exclusive: public.visit_1 is read while its reads and writes wait, unless a valid CHECK of its own proves the bound
ALTER TABLE public.visit ATTACH PARTITION public.visit_1 for values in (1);

-- rebuild constraint public.visit_1.visit_1_own, because table public.visit_1 changes (new.toml:9)
-- hazard scan-exclusive: reads and writes of public.visit_1 wait until the index is built; with --online always they go on
-- hazard may-fail: it fails if there are several rows of public.visit_1 with the same ward, bed
ALTER TABLE public.visit_1 ADD CONSTRAINT visit_1_own UNIQUE (ward, bed);

-- rebuild constraint public.visit_1.visit_1_pkey, because table public.visit_1 changes (new.toml:9)
-- hazard scan-exclusive: reads and writes of public.visit_1 wait until the index is built; with --online always they go on
-- hazard may-fail: it fails if there are rows of public.visit_1 without a value in bed
-- hazard may-fail: it fails if there are rows of public.visit_1 without a value in ward
-- hazard may-fail: it fails if there are several rows of public.visit_1 with the same bed, ward
ALTER TABLE public.visit_1 ADD CONSTRAINT visit_1_pkey PRIMARY KEY (bed, ward);

-- create index public.visit.by_words (new.toml:6)
-- hazard scan-blocks-writes: writes to public.visit and its partitions wait until every index is built
-- hazard locks-partition-tree: it locks 2 partitions or children too, one after the other
CREATE INDEX by_words ON public.visit (lower(note));

-- rebuild index public.visit_1.note_1, because table public.visit_1 changes (new.toml:10)
-- hazard non-concurrent-index: writes to public.visit_1 wait until the index is built; with --online always they go on
CREATE INDEX note_1 ON public.visit_1 (note);

-- rebuild index public.visit_1.note_1_too, because table public.visit_1 changes (new.toml:10)
-- hazard non-concurrent-index: writes to public.visit_1 wait until the index is built; with --online always they go on
CREATE INDEX note_1_too ON public.visit_1 (note);

-- rebuild index public.visit_2.words_2, because index public.visit.by_words changes (new.toml:13)
-- hazard non-concurrent-index: writes to public.visit_2 wait until the index is built; with --online always they go on
CREATE INDEX words_2 ON public.visit_2 (lower(note));

COMMIT;
