-- Why replaying a rewrite may not give the rows that it gave here. The bits of a reason: AT_REWRITE_* in event_trigger.h.
CREATE OR REPLACE FUNCTION jobr_archive.rewrite_reasons(rewrites jsonb, statement text) RETURNS SETOF text LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    rewrite record;
    unsteady text := jobr_archive.unsteady(statement);
    persistence "char";
    domains boolean;
BEGIN
    FOR rewrite IN SELECT r.oid, r.reason, c.oid::regclass::text AS name, c.relpersistence
        FROM jsonb_to_recordset(rewrites) AS r(oid oid, reason integer) JOIN pg_class c ON c.oid = r.oid
        WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND pg_relation_size(c.oid) > 0
    LOOP
        IF rewrite.reason & 1 <> 0 AND rewrite.relpersistence = 'p' THEN
            RETURN NEXT format('%s was unlogged: the rows that it already had are not in the archive', rewrite.name);
        ELSIF rewrite.reason & 1 <> 0 THEN
            RETURN NEXT format('%s is unlogged: its rows are not archived any more', rewrite.name);
        END IF;
        CONTINUE WHEN rewrite.reason & 6 = 0;
        -- A domain's default stands in no text of the statement.
        SELECT EXISTS (SELECT FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
            WHERE a.attrelid = rewrite.oid AND t.typtype = 'd' AND t.typdefaultbin IS NOT NULL
            AND age(a.xmin) <= age(pg_current_xact_id()::xid)) INTO domains;
        IF statement IS NULL THEN
            RETURN NEXT format('%s was rewritten, and nothing tells with which values', rewrite.name);
        ELSIF unsteady IS NOT NULL THEN
            RETURN NEXT format('%s was rewritten with what may give other values each time: %s', rewrite.name, unsteady);
        ELSIF domains THEN
            RETURN NEXT format('%s was rewritten with a domain''s default', rewrite.name);
        END IF;
    END LOOP;
END $body$
