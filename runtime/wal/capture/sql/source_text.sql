-- The text of the statement that an event is about, from the context of the event trigger's function, and what it stands in.
-- SPI names the statement that it runs (_SPI_error_callback in spi.c); without such a line the client sent it.
CREATE OR REPLACE FUNCTION jobr_archive.source_text(context text, OUT statement text, OUT nested boolean, OUT reason text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    start CONSTANT text := 'SQL statement "';
    around text := CASE WHEN strpos(context, E'\n') > 0 THEN substr(context, strpos(context, E'\n') + 1) END;
    finish integer;
BEGIN
    nested := around IS NOT NULL;
    IF NOT nested THEN
        statement := current_query();
        reason := CASE WHEN statement IS NULL THEN 'its text is not known' END;
    ELSIF starts_with(around, start) THEN
        around := substr(around, length(start) + 1);
        SELECT min(strpos(around, frame)) INTO finish FROM unnest(ARRAY[E'"\nPL/', E'"\nSQL ']) AS frame
        WHERE strpos(around, frame) > 0;
        statement := left(around, coalesce(finish, length(around)) - 1);
    ELSIF starts_with(around, 'SQL function ') THEN
        reason := 'a function in the language SQL ran it, which does not show its text';
    ELSE
        reason := 'what ran it does not show its text';
    END IF;
END $body$
