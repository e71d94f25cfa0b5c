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
-- 6 to change, 7 to drop; 14 statements in 1 transaction; hazards: data-loss 2, locks-partition-tree 5, non-concurrent-index 1, rewrite-table 1, rls-change 1, undeclared-drop 6
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- replace materialized view public.heavy_cards (new.toml:25)
DROP MATERIALIZED VIEW public.heavy_cards;

-- drop statistics public.letter_ends, not in the declaration
-- hazard undeclared-drop: statistics:public.letter_ends is not in the declaration
DROP STATISTICS public.letter_ends;

-- drop index public.letter.letter_weight_idx, not in the declaration
-- hazard undeclared-drop: index:public.letter.letter_weight_idx is not in the declaration
-- hazard non-concurrent-index: reads and writes of public.letter wait while the index is dropped
DROP INDEX public.letter_weight_idx;

-- drop constraint public.card.card_weight_key, not in the declaration
-- hazard undeclared-drop: constraint:public.card.card_weight_key is not in the declaration
ALTER TABLE public.card DROP CONSTRAINT card_weight_key;

-- drop constraint public.letter.letter_weight_check, not in the declaration
-- hazard undeclared-drop: constraint:public.letter.letter_weight_check is not in the declaration
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE public.letter DROP CONSTRAINT letter_weight_check;

-- replace column public.letter.twice (new.toml:14)
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE public.letter DROP COLUMN twice;

-- drop column public.parcel.sender, not in the declaration
-- hazard data-loss: its values are lost
-- hazard undeclared-drop: column:public.parcel.sender is not in the declaration
-- hazard locks-partition-tree: it locks 2 partitions or children too, one after the other
ALTER TABLE public.parcel DROP COLUMN sender;

SET LOCAL search_path = public;
-- replace column public.letter.twice (new.toml:14)
-- hazard rewrite-table: rewrites the whole table while holding the lock
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE public.letter ADD COLUMN twice integer GENERATED ALWAYS AS (number * 2) STORED;

-- alter function public.most() (new.toml:4)
CREATE OR REPLACE FUNCTION public.most() RETURNS integer LANGUAGE sql STABLE begin atomic select max(number) from letter; end;

-- alter view public.heavy (new.toml:23)
CREATE OR REPLACE VIEW public.heavy AS
select number from letter;

-- replace materialized view public.heavy_cards (new.toml:25)
CREATE MATERIALIZED VIEW public.heavy_cards AS
select number from card;

-- alter trigger public.letter.heavy (new.toml:16)
CREATE OR REPLACE TRIGGER heavy AFTER INSERT ON public.letter FOR EACH ROW WHEN (new.number > 9) EXECUTE FUNCTION public.note();

-- alter policy public.letter.light (new.toml:18)
-- hazard rls-change: who sees and writes which rows of public.letter changes
ALTER POLICY light ON public.letter USING (number < 9);

-- drop column public.parcel.weight, not in the declaration
-- hazard data-loss: its values are lost
-- hazard undeclared-drop: column:public.parcel.weight is not in the declaration
-- hazard locks-partition-tree: it locks 2 partitions or children too, one after the other
ALTER TABLE public.parcel DROP COLUMN weight;

COMMIT;
