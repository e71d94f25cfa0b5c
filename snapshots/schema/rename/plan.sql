-- plan for golden (PostgreSQL)
-- 2 to create, 1 to rename, 2 to drop; 5 statements in 1 transaction; hazards: data-loss 1, rename-breaks-clients 1, undeclared-drop 2
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 1
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rename schema accounts to billing (new.toml:2)
-- hazard rename-breaks-clients: code that uses the old name stops working
ALTER SCHEMA accounts RENAME TO billing;

-- drop view accounts.open, which nobody declares
-- hazard undeclared-drop: nobody declares view:accounts.open
DROP VIEW accounts.open;

-- drop table accounts.invoice, which nobody declares
-- hazard data-loss: its rows are lost
-- hazard undeclared-drop: nobody declares table:accounts.invoice
DROP TABLE accounts.invoice;

SET LOCAL search_path = public;
-- create table billing.invoice (new.toml:3)
CREATE TABLE billing.invoice ();

-- create view billing.open (new.toml:6)
CREATE VIEW billing.open AS
select id from billing.invoice where total > 0;

COMMIT;
