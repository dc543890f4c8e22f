-- Announces that objects are gone. What ALTER drops is in its own announcement; its tables may have lost their identity all the same.
CREATE OR REPLACE FUNCTION jobr_archive.capture_drop() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    context text;
    objects jsonb;
BEGIN
    GET DIAGNOSTICS context = PG_CONTEXT;
    IF tg_tag ~ '^DROP ' AND tg_tag !~ ' (PUBLICATION|SUBSCRIPTION)$' THEN
        SELECT jsonb_agg(jsonb_build_object('type', object_type, 'identity', object_identity, 'temporary', temporary))
        INTO objects FROM (
            SELECT object_type, object_identity, is_temporary OR object_identity ~ '( on |^)pg_temp\.' AS temporary
            FROM pg_event_trigger_dropped_objects()
            WHERE original AND coalesce(schema_name, '') <> 'jobr_archive' AND object_identity <> 'jobr_archive') dropped;
        IF objects @? '$[*] ? (@.temporary == false)' THEN
            PERFORM jobr_archive.emit(jsonb_strip_nulls(jobr_archive.describe(
                tg_tag, context, jobr_archive.count_statement(false), objects, '{}')));
        END IF;
    END IF;
    IF EXISTS (SELECT FROM pg_event_trigger_dropped_objects()
        WHERE object_type IN ('index', 'table constraint', 'table column') AND NOT is_temporary) THEN
        PERFORM jobr_archive.keep_after(tg_tag, ARRAY(
            SELECT t.oid FROM jobr_archive.tables t WHERE t.in_changes AND NOT t.usable));
    END IF;
EXCEPTION WHEN OTHERS THEN
    PERFORM jobr_archive.failed(tg_tag, SQLSTATE, SQLERRM, false);
END $body$
