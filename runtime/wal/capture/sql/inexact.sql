-- Why what a statement leaves behind cannot be had by running it again, beside rewrites.
CREATE OR REPLACE FUNCTION jobr_archive.inexact(tag text, oids oid[]) RETURNS SETOF text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $body$
    SELECT 'it asks another server what to make' WHERE tag = 'IMPORT FOREIGN SCHEMA'
    UNION ALL SELECT format('the extension makes tables, such as %s, and may fill them', min(d.objid::regclass::text))
    FROM pg_depend d JOIN pg_class c ON c.oid = d.objid AND c.relkind IN ('r', 'p')
    WHERE tag ~ ' EXTENSION$' AND d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_extension'::regclass
        AND d.refobjid = ANY (oids) AND d.deptype = 'e' HAVING count(*) > 0
    UNION ALL SELECT 'its rows came before it was published'
    FROM jobr_archive.tables t WHERE tag IN ('CREATE TABLE AS', 'SELECT INTO') AND t.oid = ANY (oids) AND NOT t.in_rows
        AND pg_relation_size(t.oid) > 0
$body$
