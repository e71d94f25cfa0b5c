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
-- 7 to change, 1 to rebuild; 28 statements in 1 transaction; hazards: may-fail 3, rewrite-table 4
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- replace view public.cheap (new.toml:10)
DROP VIEW public.cheap;

-- rebuild constraint public.price.price_check, because range public.price_range changes (new.toml:3)
ALTER DOMAIN public.price DROP CONSTRAINT price_check;

-- rebuild domain public.price, because range public.price_range changes (new.toml:3)
ALTER DOMAIN public.price RENAME TO price_former;

-- replace range public.letters (new.toml:6)
ALTER TYPE public.letters_multirange RENAME TO letters_former_multirange;

-- replace range public.letters (new.toml:6)
ALTER TYPE public.letters RENAME TO letters_former;

-- replace range public.letters (new.toml:6)
ALTER FUNCTION public.letters(text, text) RENAME TO letters_former;

-- replace range public.letters (new.toml:6)
ALTER FUNCTION public.letters(text, text, text) RENAME TO letters_former;

-- replace range public.letters (new.toml:6)
ALTER FUNCTION public.letters_multirange() RENAME TO letters_former_multirange;

-- replace range public.letters (new.toml:6)
ALTER FUNCTION public.letters_multirange(public.letters_former) RENAME TO letters_former_multirange;

-- replace range public.letters (new.toml:6)
ALTER FUNCTION public.letters_multirange(VARIADIC public.letters_former[]) RENAME TO letters_former_multirange;

-- replace range public.price_range (new.toml:5)
ALTER TYPE public.price_multirange RENAME TO price_multirange_former;

-- replace range public.price_range (new.toml:5)
ALTER TYPE public.price_range RENAME TO price_range_former;

-- replace range public.price_range (new.toml:5)
ALTER FUNCTION public.price_range(integer, integer) RENAME TO price_range_former;

-- replace range public.price_range (new.toml:5)
ALTER FUNCTION public.price_range(integer, integer, text) RENAME TO price_range_former;

-- replace range public.price_range (new.toml:5)
ALTER FUNCTION public.price_multirange() RENAME TO price_multirange_former;

-- replace range public.price_range (new.toml:5)
ALTER FUNCTION public.price_multirange(public.price_range_former) RENAME TO price_multirange_former;

-- replace range public.price_range (new.toml:5)
ALTER FUNCTION public.price_multirange(VARIADIC public.price_range_former[]) RENAME TO price_multirange_former;

SET LOCAL search_path = public;
-- replace range public.letters (new.toml:6)
CREATE TYPE public.letters AS RANGE (subtype = text, "collation" = "C");

-- replace range public.price_range (new.toml:5)
CREATE TYPE public.price_range AS RANGE (subtype = bigint);

-- rebuild domain public.price, because range public.price_range changes with 1 constraint (new.toml:3)
CREATE DOMAIN public.price AS price_range CONSTRAINT price_check CHECK (not isempty(value));

-- alter column public.booking.price, because range public.price_range changes (new.toml:8)
-- hazard may-fail: it fails if a bound is no bigint as it is printed as integer
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.booking ALTER COLUMN price TYPE price USING price::text::price;

-- rebuild domain public.price, because range public.price_range changes (new.toml:3)
DROP DOMAIN public.price_former;

-- alter column public.booking.spans, because range public.price_range changes (new.toml:8)
-- hazard may-fail: it fails if a bound is no bigint as it is printed as integer
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.booking ALTER COLUMN spans TYPE price_multirange USING spans::text::price_multirange;

-- alter column public.booking.prices, because range public.price_range changes (new.toml:8)
-- hazard may-fail: it fails if a bound is no bigint as it is printed as integer
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.booking ALTER COLUMN prices TYPE price_range[] USING prices::text[]::price_range[];

-- replace range public.price_range (new.toml:5)
DROP TYPE public.price_range_former;

-- alter column public.booking.letters, because range public.letters changes (new.toml:8)
-- hazard rewrite-table: rewrites the whole table while holding the lock
ALTER TABLE public.booking ALTER COLUMN letters TYPE letters USING letters::text::letters;

-- replace range public.letters (new.toml:6)
DROP TYPE public.letters_former;

-- replace view public.cheap (new.toml:10)
CREATE VIEW public.cheap AS
select id, lower(price) as from_price, price_range(1, 5) as usual from booking where price @> 3::bigint;

COMMIT;
