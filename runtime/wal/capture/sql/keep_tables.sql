-- Publish what can be published of these tables: each gets an identity if it lacks one, and is in the publications or, where UPDATE
-- and DELETE would be refused, is left out of the one of changes. Returns what was done, and what cannot be (then "gap" is set).
CREATE OR REPLACE FUNCTION jobr_archive.keep_tables(oids oid[], OUT name text, OUT done text, OUT gap text) RETURNS SETOF record
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' AS $body$
DECLARE
    item record;
    step text;
BEGIN
    FOR item IN SELECT t.oid FROM jobr_archive.tables t WHERE t.oid = ANY (oids) LOOP
        SELECT t.name INTO name FROM jobr_archive.tables t WHERE t.oid = item.oid;
        gap := NULL;
        BEGIN
            LOOP
                step := jobr_archive.next_step(item.oid);
                EXIT WHEN step IS NULL;
                EXECUTE step;
                IF step LIKE '%REPLICA IDENTITY FULL' THEN
                    INSERT INTO jobr_archive.full_identity VALUES (item.oid) ON CONFLICT DO NOTHING;
                ELSIF step LIKE '%REPLICA IDENTITY DEFAULT' THEN
                    DELETE FROM jobr_archive.full_identity WHERE table_oid = item.oid;
                END IF;
                done := step;
                RETURN NEXT;
            END LOOP;
            SELECT t.reason INTO gap FROM jobr_archive.tables t WHERE t.oid = item.oid;
        EXCEPTION WHEN OTHERS THEN
            gap := format('%s is refused: %s', step, SQLERRM);
            PERFORM jobr_archive.leave_out(item.oid);
        END;
        done := NULL;
        IF gap IS NOT NULL THEN
            RETURN NEXT;
        END IF;
    END LOOP;
END $body$
