-- Every table whose rows can be archived. "usable": PostgreSQL allows UPDATE and DELETE when they are published.
-- What makes an identity usable: CheckCmdReplicaIdentity in execReplication.c, RelationGetIndexList in relcache.c.
WITH facts AS (
    SELECT c.oid, pg_catalog.format('%I.%I', n.nspname, c.relname) AS name, c.relname, c.relreplident AS identity,
        EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attgenerated <> '' AND NOT a.attisdropped)
            AS generated,
        EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND i.indimmediate AND i.indisvalid
            AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
                AND a.attgenerated <> '')) AS by_key,
        EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisreplident AND i.indimmediate AND i.indisvalid
            AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
                AND a.attgenerated <> '')) AS by_index,
        EXISTS (SELECT FROM pg_catalog.pg_publication p WHERE p.pubname = 'jobr_archive' AND p.puballtables)
        OR EXISTS (SELECT FROM pg_catalog.pg_publication p JOIN pg_catalog.pg_publication_rel r ON r.prpubid = p.oid
            WHERE p.pubname = 'jobr_archive' AND r.prrelid = c.oid) AS in_rows,
        EXISTS (SELECT FROM pg_catalog.pg_publication p JOIN pg_catalog.pg_publication_rel r ON r.prpubid = p.oid
            WHERE p.pubname = 'jobr_archive_changes' AND r.prrelid = c.oid) AS in_changes
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    -- 16384: FirstNormalObjectId; what is below is PostgreSQL's own and is never published.
    WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND c.oid >= 16384 AND n.nspname !~ '^pg_'
), judged AS (
    SELECT *, CASE identity WHEN 'd' THEN by_key WHEN 'i' THEN by_index WHEN 'f' THEN NOT generated ELSE false END AS usable
    FROM facts
)
SELECT *,
    -- FULL makes any table usable that has no generated columns; NOTHING was somebody's choice.
    NOT usable AND identity IN ('d', 'i') AND NOT generated AS mendable,
    CASE WHEN usable THEN NULL
        WHEN identity = 'n' THEN 'somebody chose REPLICA IDENTITY NOTHING for it'
        WHEN generated THEN 'it has generated columns, and no primary key or replica identity without them'
        ELSE 'it has no primary key' END AS reason
FROM judged
