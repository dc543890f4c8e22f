-- What existing rows have in columns that this transaction added: ADD COLUMN ... DEFAULT now() is evaluated once, and not logged.
CREATE OR REPLACE FUNCTION jobr_archive.missing_values(oids oid[]) RETURNS jsonb LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $body$
    SELECT jsonb_agg(jsonb_build_object('schema', n.nspname, 'table', c.relname, 'column', a.attname,
        'type', format_type(a.atttypid, a.atttypmod), 'collation', jobr_archive.own_collation(a.attcollation, a.atttypid),
        'value', (a.attmissingval::text::text[])[1]))
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE a.attrelid IN (SELECT jobr_archive.descendants(oids)) AND a.atthasmissing AND NOT a.attisdropped
        AND age(a.xmin) <= age(pg_current_xact_id()::xid)
$body$
