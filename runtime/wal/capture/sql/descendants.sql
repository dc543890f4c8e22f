-- Tables with all their partitions and children.
CREATE OR REPLACE FUNCTION jobr_archive.descendants(oids oid[]) RETURNS SETOF oid LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $body$
    WITH RECURSIVE tree(oid) AS (
        SELECT unnest(oids) UNION SELECT i.inhrelid FROM pg_inherits i JOIN tree ON i.inhparent = tree.oid)
    SELECT oid FROM tree
$body$
