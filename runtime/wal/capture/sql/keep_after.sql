-- keep_tables after a change of the schema: what cannot be archived whole from here on is said in the stream.
CREATE OR REPLACE FUNCTION jobr_archive.keep_after(tag text, oids oid[]) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    gaps jsonb;
BEGIN
    SELECT jsonb_agg(jsonb_build_object('identity', name, 'type', 'table', 'reason', gap)) INTO gaps
    FROM jobr_archive.keep_tables(oids) WHERE gap IS NOT NULL;
    IF gaps IS NOT NULL THEN
        PERFORM jobr_archive.emit(jsonb_build_object('kind', 'gap', 'tag', tag, 'objects', gaps, 'exact', false, 'base', false,
            'reasons', jsonb_build_array('changes and deletions of rows are not archived')));
    END IF;
END $body$
