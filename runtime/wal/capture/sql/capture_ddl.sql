-- Announces a change of the schema in the stream, where it stands in its transaction. Never stops the change.
CREATE OR REPLACE FUNCTION jobr_archive.capture_ddl() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    context text;
    number integer;
    objects jsonb;
    oids oid[];
    rewrites jsonb;
    let_go oid[];
    reasons text[];
    nonce text;
BEGIN
    GET DIAGNOSTICS context = PG_CONTEXT;
    number := jobr_archive.count_statement(strpos(context, E'\n') = 0);
    -- Publications are the archive's own business or another archive's; the other two change no definition.
    IF tg_tag ~ ' (PUBLICATION|SUBSCRIPTION)$' OR tg_tag IN ('REINDEX', 'REFRESH MATERIALIZED VIEW') THEN
        RETURN;
    END IF;
    SELECT jsonb_agg(jsonb_build_object('type', c.object_type, 'identity', c.object_identity)), array_agg(c.objid)
    INTO objects, oids FROM pg_event_trigger_ddl_commands() c
    WHERE (NOT c.in_extension OR tg_tag ~ ' EXTENSION$')
        AND coalesce(c.schema_name, '') NOT IN ('pg_temp', 'jobr_archive')
        AND coalesce(c.object_identity, '') !~ '( on |^)(pg_temp|jobr_archive)\M';
    nonce := jobr_archive.foretold(tg_tag);
    IF objects IS NULL THEN
        DELETE FROM jobr_archive.proof WHERE digest = decode(nonce, 'hex');
        RETURN;
    END IF;
    rewrites := nullif(current_setting('jobr_archive.rewrites', true), '');
    IF rewrites IS NOT NULL THEN
        PERFORM set_config('jobr_archive.rewrites', '', true);
        reasons := ARRAY(SELECT jobr_archive.rewrite_reasons(rewrites, (jobr_archive.source_text(context)).statement));
    END IF;
    reasons := coalesce(reasons, '{}') || ARRAY(SELECT jobr_archive.inexact(tg_tag, oids));
    PERFORM jobr_archive.emit(jsonb_strip_nulls(jobr_archive.describe(tg_tag, context, number, objects, reasons)
        || jsonb_build_object('proof', nonce, 'substitute', jobr_archive.substitute(tg_tag, oids[1]),
            'missing', CASE WHEN tg_tag = 'ALTER TABLE' THEN jobr_archive.missing_values(oids) END)));
    DELETE FROM jobr_archive.proof WHERE digest = decode(nonce, 'hex');
    let_go := nullif(current_setting('jobr_archive.let_go', true), '');
    IF let_go IS NOT NULL THEN
        PERFORM set_config('jobr_archive.let_go', '', true);
    END IF;
    IF tg_tag ~ '^(CREATE|ALTER) (TABLE|SCHEMA|EXTENSION|INDEX)' OR tg_tag = 'SELECT INTO' THEN
        PERFORM jobr_archive.keep_after(tg_tag, ARRAY(SELECT jobr_archive.touched(oids || let_go)));
    END IF;
EXCEPTION WHEN OTHERS THEN
    PERFORM jobr_archive.failed(tg_tag, SQLSTATE, SQLERRM, strpos(context, E'\n') = 0);
END $body$
