-- A statement that makes the same object without what made its rows (CREATE TABLE AS, which may read tables that only the session has)
-- and without what must not be shown (a server's options).
CREATE OR REPLACE FUNCTION jobr_archive.substitute(tag text, object_oid oid) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $body$
    SELECT CASE WHEN tag IN ('CREATE TABLE AS', 'SELECT INTO') THEN (
        SELECT format('CREATE %s %I.%I (%s)%s%s%s', CASE c.relpersistence WHEN 'u' THEN 'UNLOGGED TABLE' ELSE 'TABLE' END,
            n.nspname, c.relname,
            (SELECT string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod))
                    || coalesce(' COLLATE ' || jobr_archive.own_collation(a.attcollation, a.atttypid), ''), ', ' ORDER BY a.attnum)
                FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
            ' USING ' || quote_ident((SELECT amname FROM pg_am WHERE oid = c.relam)),
            ' WITH (' || array_to_string(c.reloptions, ', ') || ')',
            ' TABLESPACE ' || quote_ident((SELECT spcname FROM pg_tablespace WHERE oid = c.reltablespace)))
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = object_oid)
    WHEN tag = 'CREATE SERVER' THEN (
        SELECT format('CREATE SERVER %I%s%s FOREIGN DATA WRAPPER %I', srvname, ' TYPE ' || quote_literal(srvtype),
            ' VERSION ' || quote_literal(srvversion), (SELECT fdwname FROM pg_foreign_data_wrapper WHERE oid = srvfdw))
        FROM pg_foreign_server WHERE oid = object_oid)
    END
$body$
