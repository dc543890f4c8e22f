-- A moment with a name, to recover to: SELECT jobr_archive.point('before the import').
CREATE OR REPLACE FUNCTION jobr_archive.point(name text) RETURNS pg_lsn LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF name IS NULL OR name !~ '\S' OR length(name) > 200 OR name ~ '[[:cntrl:]]' THEN
        RAISE EXCEPTION 'a point is named with 1 to 200 characters on one line' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN pg_logical_emit_message(true, 'jobr.point', convert_to(name, 'UTF8'));
END $body$
