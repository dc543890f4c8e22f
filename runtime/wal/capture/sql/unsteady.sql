-- What the text names that may give another value at each call or at another time. More is found than is meant: that is the safe side.
CREATE OR REPLACE FUNCTION jobr_archive.unsteady(statement text) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $body$
    SELECT min(word) FROM (
        SELECT found[1] AS word FROM regexp_matches(statement, '([[:alpha:]_][[:alnum:]_$]*)"?\s*\(', 'g') AS found
        WHERE EXISTS (SELECT FROM pg_proc p WHERE p.proname IN (found[1], lower(found[1])) AND (p.provolatile = 'v' OR
            p.proname IN ('now', 'transaction_timestamp', 'statement_timestamp', 'current_setting', 'pg_current_xact_id',
                'current_schema', 'current_schemas', 'txid_current', 'pg_backend_pid', 'current_database', 'age')))
        UNION ALL SELECT found[1] FROM regexp_matches(statement,
            '\m(current_\w+|localtime\w*|session_user|user|serial\d?|bigserial|smallserial|identity)\M', 'gi') AS found
        UNION ALL SELECT found[1] FROM regexp_matches(statement, '''\s*(now|today|tomorrow|yesterday)', 'gi') AS found
    ) words
$body$
