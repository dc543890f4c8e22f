-- A table is about to be rewritten: the rows that come out are not in the stream. The capture of the same statement reads the note.
CREATE OR REPLACE FUNCTION jobr_archive.note_rewrite() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    noted jsonb := coalesce(nullif(current_setting('jobr_archive.rewrites', true), ''), '[]')::jsonb;
BEGIN
    PERFORM set_config('jobr_archive.rewrites', (noted || jsonb_build_object(
        'oid', pg_event_trigger_table_rewrite_oid(), 'reason', pg_event_trigger_table_rewrite_reason()))::text, true);
EXCEPTION WHEN OTHERS THEN
    RAISE WARNING 'jobr_archive: a rewrite is not noted: %', SQLERRM;
END $body$
