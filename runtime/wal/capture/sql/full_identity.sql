-- The tables to which the capture gave REPLICA IDENTITY FULL, to be taken back when they get a key. Losing this costs WAL, nothing else.
CREATE UNLOGGED TABLE jobr_archive.full_identity (table_oid oid PRIMARY KEY)
