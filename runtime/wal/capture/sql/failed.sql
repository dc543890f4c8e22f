-- The archive must hear that a change of the schema was not captured; whoever made the change must not be stopped by that.
CREATE OR REPLACE FUNCTION jobr_archive.failed(tag text, state text, problem text, counts boolean) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RAISE WARNING 'jobr_archive: % is not captured (%: %); the archive needs a new base', tag, state, problem;
    -- The count went back with what failed, and the proof was not used.
    DELETE FROM jobr_archive.proof WHERE digest = decode(jobr_archive.foretold(tag), 'hex');
    PERFORM jobr_archive.count_statement(counts);
    PERFORM jobr_archive.emit(jsonb_build_object('kind', 'failed', 'tag', tag, 'exact', false, 'base', true,
        'reasons', jsonb_build_array('the capture failed with ' || state)));
EXCEPTION WHEN OTHERS THEN
    RAISE WARNING 'jobr_archive: not even that could be noted with proof: %', SQLERRM;
    -- Whoever plans a recovery sees this one, whoever replays does not believe it.
    PERFORM pg_logical_emit_message(true, 'jobr.ddl', '{"version": 1, "kind": "failed", "tag": "", "exact": false, "base": true}');
END $body$
