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
-- 7 to create, 2 to change; 11 statements in 1 transaction; hazards: may-fail 8, scan-blocks-writes 2, scan-exclusive 7
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter column public.booking.id (new.toml:9)
-- hazard scan-exclusive: public.booking is read while its reads and writes wait, unless a valid CHECK proves that id is not null; with --online always they go on
-- hazard may-fail: it fails if there are rows of public.booking without a value in id
ALTER TABLE public.booking ALTER COLUMN id SET NOT NULL;

-- alter column public.room.id (new.toml:4)
-- hazard scan-exclusive: public.room is read while its reads and writes wait, unless a valid CHECK proves that id is not null; with --online always they go on
-- hazard may-fail: it fails if there are rows of public.room without a value in id
ALTER TABLE public.room ALTER COLUMN id SET NOT NULL;

SET LOCAL search_path = public;
-- create constraint public.booking.booking_check (new.toml:17)
-- hazard scan-exclusive: public.booking is read while its reads and writes wait; with --online always they go on
-- hazard may-fail: it fails if there are rows of public.booking that violate booking_check
ALTER TABLE public.booking ADD CONSTRAINT booking_check CHECK (not isempty(during)) NO INHERIT;

-- create constraint public.booking.booking_no_overlap (new.toml:18)
-- hazard scan-exclusive: reads and writes of public.booking wait until the index is built
ALTER TABLE public.booking ADD CONSTRAINT booking_no_overlap EXCLUDE USING gist (room_id WITH =, during WITH &&) WHERE (other is null);

-- create constraint public.booking.booking_pkey (new.toml:14)
-- hazard scan-exclusive: reads and writes of public.booking wait until the index is built; with --online always they go on
-- hazard may-fail: it fails if there are several rows of public.booking with the same id
ALTER TABLE public.booking ADD CONSTRAINT booking_pkey PRIMARY KEY (id);

-- create constraint public.room.room_name_key (new.toml:7)
-- hazard scan-exclusive: reads and writes of public.room wait until the index is built; with --online always they go on
-- hazard may-fail: it fails if there are several rows of public.room with the same name
ALTER TABLE public.room ADD CONSTRAINT room_name_key UNIQUE (name) INCLUDE (id) WITH (fillfactor=80) DEFERRABLE INITIALLY DEFERRED;

-- create constraint public.room.room_pkey (new.toml:6)
-- hazard scan-exclusive: reads and writes of public.room wait until the index is built; with --online always they go on
-- hazard may-fail: it fails if there are several rows of public.room with the same id
ALTER TABLE public.room ADD CONSTRAINT room_pkey PRIMARY KEY (id);

-- create constraint public.booking.booking_fk (new.toml:15)
-- hazard scan-blocks-writes: writes to public.booking and public.room wait while every row is looked up; with --online always they go on
-- hazard may-fail: it fails if there are rows of public.booking whose room_id is in no row of public.room
ALTER TABLE public.booking ADD CONSTRAINT booking_fk FOREIGN KEY (room_id) REFERENCES public.room (id) ON UPDATE SET NULL ON DELETE CASCADE;

-- create constraint public.booking.booking_other_fk (new.toml:16)
-- hazard scan-blocks-writes: writes to public.booking and public.room wait while every row is looked up; with --online always they go on
-- hazard may-fail: it fails if there are rows of public.booking whose other is in no row of public.room
ALTER TABLE public.booking ADD CONSTRAINT booking_other_fk FOREIGN KEY (other) REFERENCES public.room (id) MATCH FULL DEFERRABLE;

-- create constraint public.booking.booking_fk (new.toml:15)
COMMENT ON CONSTRAINT booking_fk ON public.booking IS 'No booking without a room.';

-- create constraint public.room.room_pkey (new.toml:6)
COMMENT ON CONSTRAINT room_pkey ON public.room IS 'The key.';

COMMIT;
