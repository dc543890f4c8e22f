-- CREATE TABLE AS writes its rows before it is announced, and whoever replays them looks ahead for the announcement. So its proof stands
-- before the rows: a number that nobody can know who cannot read the table of proofs.
CREATE OR REPLACE FUNCTION jobr_archive.foretell() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    INSERT INTO jobr_archive.proof VALUES (sha256(uuid_send(gen_random_uuid())));
EXCEPTION WHEN OTHERS THEN
    RAISE WARNING 'jobr_archive: % is not foretold: %', tg_tag, SQLERRM;
END $body$
