"""Of several statements in one string, each announcement finds its own: the parser here and the triggers there count alike."""

import json

import pytest

from runtime.recovery.ddl import inexact
from runtime.recovery.ddl.announcement import parse
from runtime.recovery.ddl.statements import choose
from runtime.wal.pgoutput import Message
from tests.runtime.recovery.ddl.pair import Pair

BEFORE = """
CREATE TABLE t (id int PRIMARY KEY, v text); CREATE MATERIALIZED VIEW m AS SELECT 1 AS a; CREATE TYPE e AS ENUM ('a');
CREATE FUNCTION et() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER zz ON ddl_command_start EXECUTE FUNCTION et();
CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE VIEW v AS SELECT 1 AS a; SELECT lo_create(99);
"""
# Statements that fire event triggers, that do not, or do only for some objects.
STATEMENTS = (
    "REINDEX TABLE t",
    "REFRESH MATERIALIZED VIEW m",
    "ANALYZE t",
    "CLUSTER t USING t_pkey",
    "LOCK TABLE t",
    "TRUNCATE t",
    "EXPLAIN ANALYZE CREATE TABLE explained AS SELECT 1 AS a",
    "PREPARE p AS SELECT 1 AS a; CREATE TABLE executed AS EXECUTE p",
    "SELECT 1 AS a INTO into_t",
    "WITH x AS (SELECT 1 AS a) SELECT a INTO into_t FROM x",
    "SELECT 1 AS a INTO into_t UNION SELECT 2",
    "CREATE TEMP TABLE tt AS SELECT 1 AS a; SELECT 1 AS b INTO TEMP tu",
    "DO $$ BEGIN CREATE TABLE inner_t (a int PRIMARY KEY); DROP TABLE inner_t; END $$",
    "CREATE EVENT TRIGGER yy ON ddl_command_start EXECUTE FUNCTION et(); DROP EVENT TRIGGER yy",
    "ALTER EVENT TRIGGER zz DISABLE; ALTER EVENT TRIGGER zz RENAME TO zy; COMMENT ON EVENT TRIGGER zy IS 'x'",
    "COMMENT ON DATABASE {database} IS 'x'; COMMENT ON ROLE postgres IS NULL; COMMENT ON TABLESPACE pg_default IS NULL",
    "ALTER DATABASE {database} SET work_mem = '5MB'; GRANT CONNECT ON DATABASE {database} TO PUBLIC",
    "ALTER DATABASE {database} CONNECTION LIMIT 50",
    "GRANT CREATE ON TABLESPACE pg_default TO PUBLIC; REVOKE CREATE ON TABLESPACE pg_default FROM PUBLIC",
    "GRANT SET ON PARAMETER work_mem TO pg_monitor; REVOKE SET ON PARAMETER work_mem FROM pg_monitor",
    "CREATE ROLE attributed; ALTER ROLE attributed RENAME TO attributed_2; REASSIGN OWNED BY attributed_2 TO postgres; DROP OWNED BY attributed_2; DROP ROLE attributed_2",
    "CREATE ROLE attributed; GRANT attributed TO postgres; ALTER ROLE attributed SET work_mem = '5MB'; DROP ROLE attributed",
    "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC",
    "ALTER LARGE OBJECT 99 OWNER TO postgres; COMMENT ON LARGE OBJECT 99 IS 'x'; GRANT SELECT ON LARGE OBJECT 99 TO PUBLIC",
    "CREATE STATISTICS st ON id, v FROM t; ALTER STATISTICS st SET STATISTICS 10; ALTER STATISTICS st RENAME TO su; DROP STATISTICS su",
    "CREATE ACCESS METHOD am TYPE TABLE HANDLER heap_tableam_handler; DROP ACCESS METHOD am",
    "CREATE PUBLICATION pp FOR TABLE t; ALTER PUBLICATION pp SET (publish = 'insert'); ALTER PUBLICATION pp RENAME TO pq; DROP PUBLICATION pq",
    "CREATE TABLE part_of (a int) PARTITION BY LIST (a); CREATE TABLE part_1 PARTITION OF part_of DEFAULT; ALTER TABLE part_of DETACH PARTITION part_1",
    "ALTER VIEW v RENAME COLUMN a TO b; ALTER TABLE v RENAME TO v2; ALTER TABLE v2 OWNER TO postgres",
    "ALTER TYPE e RENAME TO f; ALTER TYPE f ADD VALUE 'b'; ALTER TYPE f OWNER TO postgres",
    "ALTER TABLE ALL IN TABLESPACE pg_default SET TABLESPACE pg_default",
    "ALTER INDEX t_pkey SET (fillfactor = 80); ALTER INDEX t_pkey DEPENDS ON EXTENSION plpgsql",
    "CREATE OPERATOR FAMILY of USING btree; ALTER OPERATOR FAMILY of USING btree ADD FUNCTION 1 btint4cmp(int4, int4); DROP OPERATOR FAMILY of USING btree",
    "CREATE TEXT SEARCH PARSER tp (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype); DROP TEXT SEARCH PARSER tp",
    "CREATE COLLATION co (provider = builtin, locale = 'C'); ALTER COLLATION co REFRESH VERSION; DROP COLLATION co",
    "ALTER FOREIGN DATA WRAPPER w NO VALIDATOR; DROP SERVER s",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END; ALTER FUNCTION f() STABLE; ALTER ROUTINE f() RESET ALL; DROP ROUTINE f()",
    "CREATE DOMAIN d AS int; ALTER DOMAIN d ADD CONSTRAINT c CHECK (VALUE > 0); ALTER DOMAIN d RENAME CONSTRAINT c TO c2; DROP DOMAIN d",
    "CREATE SCHEMA sc CREATE TABLE in_sc (a int) CREATE INDEX ON in_sc (a); ALTER SCHEMA sc RENAME TO sd; DROP SCHEMA sd CASCADE",
    "CREATE TABLE IF NOT EXISTS t (z int); DROP TABLE IF EXISTS nobody; ALTER TABLE IF EXISTS nobody ADD x int; DROP FUNCTION IF EXISTS nobody()",
    "SET work_mem = '5MB'; SHOW work_mem; DISCARD PLANS; LISTEN x; NOTIFY x; CHECKPOINT",
    "DECLARE c CURSOR FOR SELECT 1; FETCH c; CLOSE c",
    "BEGIN; CREATE TABLE r1 (a int); ROLLBACK; CREATE TABLE r2 (a int)",
    "BEGIN; CREATE TABLE r1 (a int); SAVEPOINT x; CREATE TABLE r2 (a int); SAVEPOINT x; CREATE TABLE r3 (a int); ROLLBACK TO x; RELEASE x; ROLLBACK TO x; COMMIT",
    "BEGIN; CREATE TABLE r1 (a int); COMMIT; BEGIN; CREATE TABLE r2 (a int); ROLLBACK AND CHAIN; CREATE TABLE r3 (a int); COMMIT AND CHAIN; COMMIT",
)  # fmt: skip


def test_a_long_file_of_statements_is_sent_once_and_understood_to_its_end(pair: Pair) -> None:
    pair.begin()
    creations = [f"CREATE TABLE t{number} (id int PRIMARY KEY, note text DEFAULT '{'x' * 50}')" for number in range(60)]
    text = f"BEGIN; {'; '.join(creations[:30])}; COMMIT; {'; '.join(creations[30:])}; DROP TABLE t7"
    pair.source.run(
        text, "BEGIN; " + "; ".join(f"ALTER TABLE t{number} ADD b int" for number in range(8, 60)) + "; COMMIT"
    )
    transactions = pair.source.transactions()
    messages = [item.content for part in transactions for item in part.changes() if isinstance(item, Message)]
    assert sum(b"CREATE TABLE t1 " in content for content in messages) == 2, "once for each transaction"
    assert sum(map(len, messages)) < len(messages) * 1500, "the text is not in every message"
    assert inexact(enumerate(messages)) == ()
    replayed = type("Read", (), {"transactions": lambda _: transactions})()
    Pair(replayed, pair.target).follow()
    assert pair.target.schema() == pair.source.schema()


def test_an_announcement_without_the_text_before_it_is_an_error(pair: Pair) -> None:
    pair.begin()
    pair.source.run("; ".join(f"CREATE TABLE t{number} (id int PRIMARY KEY)" for number in range(60)))
    (transaction,) = pair.source.transactions()
    messages = [item.content for item in transaction.changes() if isinstance(item, Message)]
    (found,) = inexact([(1, messages[1])])
    assert "its text did not come before it" in found.reason


@pytest.mark.parametrize("statement", STATEMENTS)
def test_what_stands_before_a_statement_is_counted_as_postgresql_does(pair: Pair, statement: str) -> None:
    source = pair.source
    source.run(BEFORE)
    source.install()
    source.stream()
    last = "CREATE TABLE last (a int PRIMARY KEY)"
    source.run(f"{statement.format(database=source.name)}; {last} ; ALTER TABLE last ADD b int")
    ours = [item for item in source.announcements() if {"type": "table", "identity": "public.last"} in item["objects"]]
    texts = [choose(parse(json.dumps(item).encode()), item["text"]).text for item in ours]
    assert texts == [last, "ALTER TABLE last ADD b int"]
