-- The next statement that brings a table nearer to being archived whole, NULL at the end. An identity comes before its publication.
CREATE OR REPLACE FUNCTION jobr_archive.next_step(table_oid oid) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $body$
    SELECT CASE
        WHEN mendable THEN format('ALTER TABLE ONLY %s REPLICA IDENTITY FULL', name)
        WHEN identity = 'f' AND by_key AND EXISTS (SELECT FROM jobr_archive.full_identity f WHERE f.table_oid = t.oid)
            THEN format('ALTER TABLE ONLY %s REPLICA IDENTITY DEFAULT', name)
        WHEN NOT in_rows THEN format('ALTER PUBLICATION jobr_archive ADD TABLE ONLY %s', name)
        WHEN usable AND NOT in_changes THEN format('ALTER PUBLICATION jobr_archive_changes ADD TABLE ONLY %s', name)
        WHEN in_changes AND NOT usable THEN format('ALTER PUBLICATION jobr_archive_changes DROP TABLE ONLY %s', name)
    END FROM jobr_archive.tables t WHERE t.oid = next_step.table_oid
$body$
