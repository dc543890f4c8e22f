"""A database with one of everything that a dump must carry, and how to compare two databases."""

import hashlib
import re
import subprocess
from typing import LiteralString

from psycopg import sql

from runtime.common.postgres import Connection, client_environment
from tests.postgres_cluster import PostgresCluster

READER: LiteralString = """
DO $$ BEGIN CREATE ROLE reader NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
"""

EVERYTHING: LiteralString = """
CREATE SCHEMA "Sho.p";
CREATE TYPE "Sho.p".mood AS ENUM ('glad', 'sad');
CREATE DOMAIN "Sho.p".percent AS numeric CHECK (VALUE BETWEEN 0 AND 100);
CREATE TYPE "Sho.p".pair AS (a int, b text);
CREATE SEQUENCE counter START 7 INCREMENT 3;
SELECT nextval('counter'), nextval('counter');
CREATE TABLE owner_of_things (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE);
INSERT INTO owner_of_things (name) VALUES ('Zoë'), ('日本'), (E'tab\\tnew\\nline\\\\');
CREATE TABLE everything (
    id serial PRIMARY KEY, owner bigint REFERENCES owner_of_things ON DELETE CASCADE,
    small smallint, big bigint, exact numeric(30, 10), real_ real, double_ double precision CHECK (double_ IS DISTINCT FROM 13),
    text_ text, fixed char(5), bytes bytea, flag boolean, day date, at_ timestamptz, local_ timestamp, clock timetz, span interval,
    uuid_ uuid, json_ json, jsonb_ jsonb, array_ int[], texts text[][], net inet, mac macaddr, bits bit varying(9), spot point,
    during tstzrange, many int4multirange, xml_ text, words tsvector, mood "Sho.p".mood, percent "Sho.p".percent, pair "Sho.p".pair,
    doubled bigint GENERATED ALWAYS AS (big * 2) STORED, money_ money, lsn pg_lsn,
    EXCLUDE USING gist (during WITH &&)
);
INSERT INTO everything (owner, small, big, exact, real_, double_, text_, fixed, bytes, flag, day, at_, local_, clock, span, uuid_, json_,
    jsonb_, array_, texts, net, mac, bits, spot, during, many, words, mood, percent, pair, money_, lsn)
VALUES (1, -32768, 9223372036854775800 / 4, 12345678901234567890.0123456789, 'NaN', '-Infinity', '', 'ab', '\\x00ff0a5c', true, 'infinity',
    '2026-03-29 02:30:00+02', '0044-03-15 BC', '12:00+05:30', '1 year 2 mons -3 days 04:05:06.789', '6ecd8c99-4036-403d-bf84-cf8400f67836',
    '{"a":  1, "a": 2}', '{"b": [null, 1.50]}', '{1,NULL,3}', '{{a,"b,c"},{"NULL",NULL}}', '2001:db8::/32', '08:00:2b:01:02:03', B'101',
    '(1.5,-2)', '[2026-01-01,2026-02-01)', '{[1,3),[5,9)}', to_tsvector('simple', 'fat cats'), 'sad', 99.5, ROW(1, 'x"y'), 12.34, '16/B374D848'),
    (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE measured (day date NOT NULL, value int) PARTITION BY RANGE (day);
CREATE TABLE measured_2026 PARTITION OF measured FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
INSERT INTO measured SELECT date '2026-01-01' + n, n FROM generate_series(0, 300) AS n;
CREATE UNLOGGED TABLE fleeting AS SELECT 1 AS one;
CREATE TABLE bulky AS SELECT n, repeat(md5(n::text), 40) AS filler FROM generate_series(1, 2000) AS n;
CREATE INDEX even_ones ON bulky (n) WHERE n % 2 = 0;
CREATE INDEX by_expression ON bulky (lower(filler) text_pattern_ops);
CREATE VIEW glad AS SELECT id, text_ FROM everything WHERE mood = 'glad';
CREATE MATERIALIZED VIEW summed AS SELECT sum(value) AS total FROM measured;
CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql IMMUTABLE RETURN n * 2;
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN NEW.text_ := coalesce(NEW.text_, 'stamped'); RETURN NEW; END $body$;
CREATE TRIGGER stamped BEFORE INSERT ON everything FOR EACH ROW EXECUTE FUNCTION stamp();
CREATE STATISTICS together ON n, filler FROM bulky;
COMMENT ON TABLE everything IS 'One of ''everything''';
COMMENT ON COLUMN everything.big IS 'big';
GRANT SELECT ON everything TO reader;
GRANT UPDATE (text_) ON everything TO reader;
GRANT USAGE ON SCHEMA "Sho.p" TO reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO reader;
REVOKE EXECUTE ON FUNCTION twice FROM PUBLIC;
"""

# What only an owner may dump: pg_read_all_data reads neither past a policy nor a large object.
ROW_SECURITY: LiteralString = """
ALTER TABLE everything ENABLE ROW LEVEL SECURITY;
CREATE POLICY only_glad ON everything FOR SELECT TO reader USING (mood = 'glad');
"""
LARGE_OBJECTS: LiteralString = """
SELECT lo_from_bytea(424242, decode(repeat('00ff10', 1500), 'hex'));
SELECT lo_from_bytea(424243, '');
COMMENT ON LARGE OBJECT 424242 IS 'a picture';
GRANT SELECT ON LARGE OBJECT 424242 TO reader;
"""


def fill(cluster: PostgresCluster, database: str) -> None:
    """Put one of everything into the database."""
    for statements in (READER, EVERYTHING, ROW_SECURITY, LARGE_OBJECTS):
        cluster.execute(database, statements)


def schema(connection: Connection) -> str:
    """Every definition, privilege, owner and comment, as pg_dump writes them."""
    with client_environment(connection) as environment:
        answer = subprocess.run(
            ["pg_dump", "--schema-only"], env=environment, capture_output=True, text=True, check=True
        )
    return re.sub(r"\\(un)?restrict \w+", "", answer.stdout)  # a random key of each run


def contents(cluster: PostgresCluster, database: str) -> dict[str, tuple[int, str]]:
    """Rows and checksum of every table, materialized view and sequence, and of all large objects."""
    with cluster.connect(database) as session:
        found = session.execute("""
            SELECT n.nspname, c.relname, c.relkind = 'S' FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p', 'm', 'S') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
            ORDER BY 1, 2
        """).fetchall()
        result = {}
        for *names, is_sequence in found:
            row = sql.SQL(
                "ROW(last_value, is_called)" if is_sequence else "t"
            )  # log_cnt is no part of a sequence's state
            query = sql.SQL("SELECT {}::text FROM {} AS t ORDER BY 1").format(row, sql.Identifier(*names))
            result[".".join(names)] = _checksum([row[0] for row in session.execute(query)])
        objects = session.execute(
            "SELECT oid || ' ' || encode(lo_get(oid), 'hex') FROM pg_largeobject_metadata ORDER BY oid"
        )
        result["large objects"] = _checksum([row[0] for row in objects])
    return result


def _checksum(rows: list[str]) -> tuple[int, str]:
    return len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest()
