-- The number of the event among those of the string that the client sent, from 1. A string has one statement_timestamp().
CREATE OR REPLACE FUNCTION jobr_archive.count_statement(advance boolean) RETURNS integer LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    moment CONSTANT text := extract(epoch FROM statement_timestamp())::text;
    noted CONSTANT text := coalesce(current_setting('jobr_archive.statements', true), '');
    number integer := CASE WHEN split_part(noted, '/', 1) = moment THEN split_part(noted, '/', 2)::integer ELSE 0 END + 1;
BEGIN
    IF advance THEN
        PERFORM set_config('jobr_archive.statements', moment || '/' || number, false);
    END IF;
    RETURN number;
END $body$
