-- The collation of a column, NULL when it is its type's.
CREATE OR REPLACE FUNCTION jobr_archive.own_collation(collation_oid oid, type_oid oid) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $body$
    SELECT format('%I.%I', n.nspname, c.collname) FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
    WHERE c.oid = collation_oid AND collation_oid <> (SELECT typcollation FROM pg_type WHERE oid = type_oid)
$body$
