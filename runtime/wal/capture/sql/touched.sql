-- The tables whose archiving a change may concern: those that it names, their partitions and children, and an extension's.
CREATE OR REPLACE FUNCTION jobr_archive.touched(oids oid[]) RETURNS SETOF oid LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $body$
    SELECT jobr_archive.descendants(oids || ARRAY(
        SELECT d.objid FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_extension'::regclass
        AND d.refobjid = ANY (oids) AND d.deptype = 'e'))
$body$
