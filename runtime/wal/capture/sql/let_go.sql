-- PostgreSQL refuses SET UNLOGGED for a table that a publication names, so the tables that such a statement may mean leave the
-- publications before it; at its end those that are still logged come back.
CREATE OR REPLACE FUNCTION jobr_archive.let_go() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' AS $body$
DECLARE
    context text;
    statement text;
    item record;
    let_go oid[] := '{}';
BEGIN
    GET DIAGNOSTICS context = PG_CONTEXT;
    statement := lower(coalesce((jobr_archive.source_text(context)).statement, current_query()));
    IF statement !~ '\mset\s+unlogged\M' THEN
        RETURN;
    END IF;
    FOR item IN SELECT c.oid, format('ALTER PUBLICATION %I DROP TABLE ONLY %I.%I', p.pubname, n.nspname, c.relname) AS step
        FROM pg_publication p JOIN pg_publication_rel r ON r.prpubid = p.oid JOIN pg_class c ON c.oid = r.prrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE p.pubname IN ('jobr_archive', 'jobr_archive_changes') AND n.nspname <> 'jobr_archive'
        AND strpos(statement, lower(c.relname)) > 0
    LOOP
        EXECUTE item.step;
        let_go := let_go || item.oid;
    END LOOP;
    PERFORM set_config('jobr_archive.let_go', let_go::text, true);
EXCEPTION WHEN OTHERS THEN
    RAISE WARNING 'jobr_archive: SET UNLOGGED is not prepared: %', SQLERRM;
END $body$
