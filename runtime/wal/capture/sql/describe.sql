-- What all messages about a statement have in common. A long text of many statements is sent once in a transaction, then by its id.
CREATE OR REPLACE FUNCTION jobr_archive.describe(tag text, context text, number integer, objects jsonb, reasons text[])
RETURNS jsonb LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    source record := jobr_archive.source_text(context);
    caller jsonb := nullif(current_setting('jobr_archive.caller', true), '')::jsonb;
    moment CONSTANT text := extract(epoch FROM statement_timestamp())::text;
    sent CONSTANT text := coalesce(current_setting('jobr_archive.sent', true), '');
    text_id text;
    text_of text;
BEGIN
    IF source.reason IS NOT NULL THEN
        reasons := reasons || source.reason;
    ELSIF jobr_archive.withheld(tag, source.statement) THEN
        source.statement := NULL;
        reasons := reasons || 'its text may hold a password and is withheld'::text;
    ELSIF NOT source.nested AND length(source.statement) > 1000 AND split_part(sent, '/', 1) = moment THEN
        text_of := split_part(sent, '/', 2);
        source.statement := NULL;
    ELSIF NOT source.nested AND length(source.statement) > 1000 THEN
        text_id := gen_random_uuid();
        PERFORM set_config('jobr_archive.sent', moment || '/' || text_id, true);
    END IF;
    RETURN jsonb_build_object('kind', 'statement', 'tag', tag, 'text', source.statement, 'text_id', text_id, 'text_of', text_of,
        'nested', source.nested, 'number', number, 'user', caller ->> 'user', 'search_path', caller ->> 'search_path',
        'objects', objects, 'reasons', to_jsonb(reasons), 'exact', cardinality(reasons) = 0, 'base', cardinality(reasons) > 0,
        'settings', (SELECT jsonb_object_agg(s.name, current_setting(s.name)) FROM unnest(ARRAY['TimeZone', 'DateStyle',
            'IntervalStyle', 'standard_conforming_strings', 'default_table_access_method', 'default_toast_compression',
            'default_tablespace', 'xmloption', 'transform_null_equals', 'bytea_output', 'extra_float_digits', 'lc_monetary',
            'lc_numeric', 'quote_all_identifiers', 'array_nulls', 'plpgsql.variable_conflict']) AS s(name)
            WHERE current_setting(s.name, true) IS NOT NULL));
END $body$
