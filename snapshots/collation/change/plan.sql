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
-- 4 to create, 2 to change, 1 to rebuild; 10 statements in 1 transaction; hazards: non-concurrent-index 2
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rebuild index public.word.word_note_idx, because collation public.spare changes (new.toml:18)
-- hazard non-concurrent-index: reads and writes of public.word wait while the index is dropped
DROP INDEX public.word_note_idx;

-- replace collation public.spare (new.toml:10)
DROP COLLATION public.spare;

SET LOCAL search_path = public;
-- create collation public.numeric_order (new.toml:4)
CREATE COLLATION public.numeric_order (provider = icu, locale = 'de@colNumeric=yes', deterministic = false);

-- create domain public.title (new.toml:12)
CREATE DOMAIN public.title AS text COLLATE public.numeric_order;

-- replace collation public.spare (new.toml:10)
CREATE COLLATION public.spare (locale = 'POSIX');

-- create column public.word.title (new.toml:16)
ALTER TABLE public.word ADD COLUMN title title;

-- rebuild index public.word.word_note_idx, because collation public.spare changes (new.toml:18)
-- hazard non-concurrent-index: writes to public.word wait until the index is built; with --online always they go on
CREATE INDEX word_note_idx ON public.word (note collate spare);

-- create view public.sorted (new.toml:20)
CREATE VIEW public.sorted AS
select word from word order by note collate numeric_order;

-- create collation public.numeric_order (new.toml:4)
ALTER COLLATION public.numeric_order OWNER TO app_owner;

-- alter collation public.plain (new.toml:1)
COMMENT ON COLLATION public.plain IS 'Byte by byte.';

COMMIT;
