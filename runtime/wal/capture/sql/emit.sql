-- One message in the stream, between the birth and the death of the row that proves who wrote it.
-- Two that are alike would wait for each other at the key, hence the id.
CREATE OR REPLACE FUNCTION jobr_archive.emit(content jsonb) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    bytes bytea := convert_to((content || jsonb_build_object('version', 1, 'id', gen_random_uuid()))::text, 'UTF8');
BEGIN
    INSERT INTO jobr_archive.proof VALUES (sha256(bytes));
    PERFORM pg_logical_emit_message(true, 'jobr.ddl', bytes);
    DELETE FROM jobr_archive.proof WHERE digest = sha256(bytes);
END $body$
