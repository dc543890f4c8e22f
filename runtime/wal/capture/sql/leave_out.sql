-- Something was refused: then at least no UPDATE and no DELETE may be refused for the sake of the archive.
CREATE OR REPLACE FUNCTION jobr_archive.leave_out(table_oid oid) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' AS $body$
DECLARE
    name text := (SELECT t.name FROM jobr_archive.tables t WHERE t.oid = leave_out.table_oid AND t.in_changes AND NOT t.usable);
BEGIN
    IF name IS NOT NULL THEN
        EXECUTE format('ALTER PUBLICATION jobr_archive_changes DROP TABLE ONLY %s', name);
    END IF;
END $body$
