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
-- 2 to create, 9 to rename; 11 statements in 1 transaction; hazards: locks-partition-tree 3, rename-breaks-clients 5
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rename schema archive to post (new.toml:2)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER SCHEMA archive RENAME TO post;

-- rename table archive.letter to post.message (new.toml:5)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER TABLE post.letter RENAME TO message;

-- rename table archive.letter_1 to post.message_1 (new.toml:13)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER TABLE post.letter_1 RENAME TO message_1;

-- rename column archive.letter.body to text (new.toml:8)
-- hazard rename-breaks-clients: code that uses the old name stops working
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE post.message RENAME COLUMN body TO text;

-- rename column archive.letter.sender to from (new.toml:8)
-- hazard rename-breaks-clients: code that uses the old name stops working
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE post.message RENAME COLUMN sender TO "from";

-- rename constraint archive.letter.letter_pk to message_pk (new.toml:9)
-- hazard locks-partition-tree: it locks 1 partition or child too, one after the other
ALTER TABLE post.message RENAME CONSTRAINT letter_pk TO message_pk;

-- rename constraint archive.letter_1.short to brief (new.toml:16)
ALTER TABLE post.message_1 RENAME CONSTRAINT short TO brief;

-- rename index archive.letter.letter_body to message_text (new.toml:10)
ALTER INDEX post.letter_body RENAME TO message_text;

-- rename policy archive.letter.theirs to own (new.toml:11)
ALTER POLICY theirs ON post.message RENAME TO own;

-- create attached post.message_1.message_pk (new.toml:17)
DO $$
DECLARE copy regclass;
BEGIN
  SELECT c.oid INTO STRICT copy FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
    JOIN pg_catalog.pg_inherits h ON h.inhrelid = c.oid
    JOIN pg_catalog.pg_class p ON p.oid = h.inhparent
    WHERE i.indrelid = 'post.message_1'::pg_catalog.regclass AND p.relname = 'message_pk';
  IF copy::oid <> COALESCE(pg_catalog.to_regclass('post.letter_1_pkey')::oid, 0) THEN
    EXECUTE pg_catalog.format('ALTER INDEX %s RENAME TO %I', copy, 'letter_1_pkey');
  END IF;
END
$$;

-- create attached post.message_1.message_text (new.toml:17)
DO $$
DECLARE copy regclass;
BEGIN
  SELECT c.oid INTO STRICT copy FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
    JOIN pg_catalog.pg_inherits h ON h.inhrelid = c.oid
    JOIN pg_catalog.pg_class p ON p.oid = h.inhparent
    WHERE i.indrelid = 'post.message_1'::pg_catalog.regclass AND p.relname = 'message_text';
  IF copy::oid <> COALESCE(pg_catalog.to_regclass('post.letter_1_body_idx')::oid, 0) THEN
    EXECUTE pg_catalog.format('ALTER INDEX %s RENAME TO %I', copy, 'letter_1_body_idx');
  END IF;
END
$$;

COMMIT;
