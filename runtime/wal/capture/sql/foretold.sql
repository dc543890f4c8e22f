-- The number that was foretold for this statement, in hexadecimal digits.
CREATE OR REPLACE FUNCTION jobr_archive.foretold(tag text) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $body$
    SELECT encode(digest, 'hex') FROM jobr_archive.proof
    WHERE tag IN ('CREATE TABLE AS', 'SELECT INTO') AND age(xmin) <= age(pg_current_xact_id()::xid) LIMIT 1
$body$
