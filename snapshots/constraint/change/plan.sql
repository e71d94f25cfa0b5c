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
-- 1 to create, 1 to change, 1 to rename; 5 statements in 1 transaction; hazards: may-fail 2, scan-blocks-writes 1, scan-exclusive 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rename constraint public.room.room_check to room_id_check (new.toml:6)
ALTER TABLE public.room RENAME CONSTRAINT room_check TO room_id_check;

-- replace constraint public.room.room_next_fk (new.toml:5)
ALTER TABLE public.room DROP CONSTRAINT room_next_fk;

SET LOCAL search_path = public;
-- replace constraint public.room.room_next_fk (new.toml:5)
-- hazard scan-blocks-writes: writes to public.room wait while every row is looked up; with --online always they go on
-- hazard may-fail: it fails if there are rows of public.room whose next is in no row of public.room
ALTER TABLE public.room ADD CONSTRAINT room_next_fk FOREIGN KEY (next) REFERENCES public.room (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED;

-- create constraint public.room.room_self (new.toml:7)
-- hazard scan-exclusive: public.room is read while its reads and writes wait; with --online always they go on
-- hazard may-fail: it fails if there are rows of public.room that violate room_self
ALTER TABLE public.room ADD CONSTRAINT room_self CHECK (next <> id);

-- replace constraint public.room.room_next_fk (new.toml:5)
COMMENT ON CONSTRAINT room_next_fk ON public.room IS 'The one behind the door.';

COMMIT;
