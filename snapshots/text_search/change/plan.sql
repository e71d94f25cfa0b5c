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
-- 4 to create, 3 to change, 1 to rebuild, 2 to drop; 21 statements in 1 transaction; hazards: privilege-change 1, rewrite-table 1, stale-text-search 3, undeclared-drop 2
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rebuild text search configuration public.bare, because text search parser public.cutter changes (new.toml:18)
DROP TEXT SEARCH CONFIGURATION public.bare;

-- drop text search dictionary public.others, not in the declaration
-- hazard undeclared-drop: text_search_dictionary:public.others is not in the declaration
DROP TEXT SEARCH DICTIONARY public.others;

-- drop text search template public.spare, not in the declaration
-- hazard undeclared-drop: text_search_template:public.spare is not in the declaration
DROP TEXT SEARCH TEMPLATE public.spare;

-- replace text search parser public.cutter (new.toml:3)
DROP TEXT SEARCH PARSER public.cutter;

SET LOCAL search_path = public;
-- replace text search parser public.cutter (new.toml:3)
CREATE TEXT SEARCH PARSER public.cutter (start = prsd_start, gettoken = prsd_nexttoken, "end" = prsd_end, lextypes = prsd_lextype, headline = prsd_headline);

-- create text search dictionary public.german (new.toml:12)
CREATE TEXT SEARCH DICTIONARY public.german (template = snowball, language = 'german', stopwords = 'german');

-- alter text search dictionary public.words (new.toml:6)
-- hazard stale-text-search: what is stored or indexed was made by the dictionary as it was: write it anew
ALTER TEXT SEARCH DICTIONARY public.words (stopwords, accept = 'false');

-- rebuild text search configuration public.bare, because text search parser public.cutter changes (new.toml:18)
CREATE TEXT SEARCH CONFIGURATION public.bare (parser = public.cutter);

-- rebuild text search configuration public.bare, because text search parser public.cutter changes (new.toml:18)
ALTER TEXT SEARCH CONFIGURATION public.bare ADD MAPPING FOR "int" WITH public.german, simple;

-- rebuild text search configuration public.bare, because text search parser public.cutter changes (new.toml:18)
ALTER TEXT SEARCH CONFIGURATION public.bare ADD MAPPING FOR word WITH public.words;

-- rebuild text search configuration public.bare, because text search parser public.cutter changes (new.toml:18)
ALTER TEXT SEARCH CONFIGURATION public.bare ADD MAPPING FOR "float" WITH simple;

-- create text search configuration public.german (new.toml:19)
CREATE TEXT SEARCH CONFIGURATION public.german (parser = "default");

-- create text search configuration public.german (new.toml:19)
ALTER TEXT SEARCH CONFIGURATION public.german ADD MAPPING FOR word WITH public.german;

-- create column public.note.found (new.toml:23)
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.note ADD COLUMN found tsvector GENERATED ALWAYS AS (to_tsvector('german', body)) STORED;

-- alter text search configuration public.notes (new.toml:13)
-- hazard stale-text-search: what is stored or indexed was made by the mapping as it was: write it anew
ALTER TEXT SEARCH CONFIGURATION public.notes DROP MAPPING FOR url;

-- alter text search configuration public.notes (new.toml:13)
-- hazard stale-text-search: what is stored or indexed was made by the mapping as it was: write it anew
ALTER TEXT SEARCH CONFIGURATION public.notes ALTER MAPPING FOR asciiword, word WITH public.words, english_stem;

-- create view public.hits (new.toml:27)
CREATE VIEW public.hits AS
select id from note where to_tsvector('public.bare'::regconfig, body) @@ to_tsquery('notes', 'word');

-- alter text search dictionary public.words (new.toml:6)
-- hazard privilege-change: the owner of TEXT SEARCH DICTIONARY public.words becomes app_owner
ALTER TEXT SEARCH DICTIONARY public.words OWNER TO app_owner;

-- replace text search parser public.cutter (new.toml:3)
COMMENT ON TEXT SEARCH PARSER public.cutter IS 'Cuts as the default does.';

-- alter text search dictionary public.words (new.toml:6)
COMMENT ON TEXT SEARCH DICTIONARY public.words IS 'Passes what it does not know.';

-- alter text search configuration public.notes (new.toml:13)
COMMENT ON TEXT SEARCH CONFIGURATION public.notes IS 'For what people write.';

COMMIT;
