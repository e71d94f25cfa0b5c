SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
-- plan for golden (PostgreSQL)
-- 2 to change; 3 statements in 1 transaction
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- alter constraint public.booking.booking_fk (new.toml:6)
ALTER TABLE public.booking VALIDATE CONSTRAINT booking_fk;

-- alter constraint public.booking.booking_seats (new.toml:7)
ALTER TABLE public.booking VALIDATE CONSTRAINT booking_seats;

-- alter constraint public.booking.booking_fk (new.toml:6)
COMMENT ON CONSTRAINT booking_fk ON public.booking IS 'Checked.';

COMMIT;
