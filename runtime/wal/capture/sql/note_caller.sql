-- Runs as whoever changes the schema, before the capture that runs as its owner: who that is, and how names are looked up.
CREATE OR REPLACE FUNCTION jobr_archive.note_caller() RETURNS event_trigger LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM pg_catalog.set_config('jobr_archive.caller', pg_catalog.jsonb_build_object(
        'user', current_user, 'search_path', pg_catalog.current_setting('search_path'))::pg_catalog.text, true);
EXCEPTION WHEN OTHERS THEN
    RAISE WARNING 'jobr_archive: the caller is not known: %', SQLERRM;
END $body$
