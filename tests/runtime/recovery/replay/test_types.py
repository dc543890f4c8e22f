"""Values of every type come back bit for bit, as rows and as what finds a row."""

import pytest

from tests.runtime.recovery.replay.world import World

SCHEMA: tuple[str, ...] = (
    "CREATE SCHEMA other",
    "CREATE TYPE other.mood AS ENUM ('low', 'Very High', 'a,b')",
    "CREATE DOMAIN other.short AS varchar(8) NOT NULL CHECK (VALUE <> 'no')",
    "CREATE DOMAIN other.shorter AS other.short",
    "CREATE TYPE other.pair AS (a int, b text, m other.mood)",
    "CREATE TYPE other.floats AS RANGE (subtype = float8)",
    "CREATE DOMAIN other.pairs AS other.pair[]",
)
# Each: a type, and three values of it.
VALUES: tuple[tuple[str, str, str, str], ...] = (
    ("smallint", "'-32768'", "'0'", "'32767'"),
    ("bigint", "'-9223372036854775808'", "'7'", "'9223372036854775807'"),
    ("numeric", "'1.0'", "'1.00'", "'NaN'"),
    ("numeric(20, 5)", "'-0.00001'", "'123456789012345.12345'", "'0'"),
    ("real", "'-0'", "'1.17549435e-38'", "'Infinity'"),
    ("double precision", "'0.1'", "'2.2250738585072014e-308'", "'NaN'"),
    ("money", "'-1234.56'", "'0'", "'99.99'"),
    ("text", "''", r"E'a\tb\n\\N'", "'ü€𝄞'"),
    ("varchar(5)", "'a    '", "''", "'12345'"),
    ("char(5)", "'a'", "''", "'12345'"),
    ('"char"', "'x'", r"'\200'", "''"),
    ("name", "'n'", "''", "'Some \"Name\"'"),
    ("bytea", r"'\x00ff'", "''", r"'\x5c'"),
    ("date", "'-infinity'", "'0044-03-15 BC'", "'2026-11-25'"),
    ("time", "'24:00'", "'00:00:00.000001'", "'12:00'"),
    ("timetz", "'12:00+05:30'", "'00:00-15'", "'23:59:59.999999+00'"),
    ("timestamp", "'infinity'", "'2026-03-29 02:30'", "'4713-01-01 00:00 BC'"),
    ("timestamptz", "'2026-10-25 02:30+02'", "'2026-10-25 02:30+01'", "'infinity'"),
    ("interval", "'1 year -2 days 03:04:05.678'", "'24:00'", "'1 day'"),
    ("boolean", "true", "false", "true"),
    ("other.mood", "'low'", "'Very High'", "'a,b'"),
    ("other.short", "'x'", "'y  '", "'12345678'"),
    ("other.shorter", "'x'", "'y  '", "'12345678'"),
    ("other.pair", r"""'(1,"a,""b\\",low)'""", "'(,,)'", """'(2,"","a,b")'"""),
    ("other.pairs", "'{}'", "ARRAY[NULL, ROW(1, 'x', 'low')]::other.pair[]", "ARRAY[ROW(2, NULL, NULL)]::other.pair[]"),
    ("other.floats", "'[0.1,2)'", "'empty'", "'(,)'"),
    ("int4range", "'[1,5)'", "'empty'", "'(,3)'"),
    ("tstzmultirange", "'{}'", "'{[2026-01-01,2026-02-01),[2026-03-01,)}'", "'{(,)}'"),
    ("text[]", r"""'{a,NULL,"NULL","","{}","\\"}'""", "'{}'", "'[2:3]={x,y}'"),
    ("int[]", "'{{1,2},{3,NULL}}'", "'{}'", "'[0:0]={7}'"),
    ("other.mood[]", "'{low,\"a,b\"}'", "'{}'", "'{NULL}'"),
    ("point", "'(1,-0)'", "'(NaN,Infinity)'", "'(0.1,0.2)'"),
    ("line", "'{1,2,3}'", "'{0,1,0}'", "'{1,0,0}'"),
    ("lseg", "'[(0,0),(1,1)]'", "'[(1,1),(0,0)]'", "'[(0,0),(0,0)]'"),
    ("box", "'(1,1),(0,0)'", "'(0,0),(0,0)'", "'(2,1),(0,0)'"),
    ("path", "'[(0,0),(1,1)]'", "'((0,0),(1,1))'", "'[(0,0)]'"),
    ("polygon", "'((0,0),(1,1),(1,0))'", "'((0,0))'", "'((0,0),(2,2))'"),
    ("circle", "'<(0,0),1>'", "'<(1,1),0>'", "'<(0,0),2>'"),
    ("cidr", "'10.0.0.0/8'", "'2001:db8::/32'", "'0.0.0.0/0'"),
    ("inet", "'10.0.0.1/8'", "'::1'", "'192.168.0.1'"),
    ("macaddr", "'08:00:2b:01:02:03'", "'00:00:00:00:00:00'", "'ff:ff:ff:ff:ff:ff'"),
    ("macaddr8", "'08:00:2b:01:02:03:04:05'", "'00:00:00:00:00:00:00:00'", "'ff:ff:ff:ff:ff:ff:ff:ff'"),
    ("bit(3)", "B'101'", "B'000'", "B'111'"),
    ("bit varying", "B''", "B'1'", "B'0101'"),
    ("tsvector", "'''a b'':1A c'", "''", "'d:2B'"),
    ("tsquery", "'a & !b'", "''", "'''c d'':*'"),
    ("uuid", "'00000000-0000-0000-0000-000000000000'", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"),
    ("json", """'{"b": 1,  "a": 1, "a": 2}'""", "'null'", r"""'"\u00fc\n"'"""),
    ("jsonb", """'{"b": 1.0, "a": [1.00]}'""", "'null'", r"""'"\u00fc\n"'"""),
    ("jsonpath", "'$.a[*] ? (@ > 1)'", "'strict $'", "'$'"),
    ("pg_lsn", "'16/B374D848'", "'0/0'", "'FFFFFFFF/FFFFFFFF'"),
    ("pg_snapshot", "'10:20:10,14'", "'1:1:'", "'5:6:'"),
    ("xid8", "'42'", "'0'", "'18446744073709551615'"),
    ("xid", "'42'", "'0'", "'4294967295'"),
    ("oid", "'42'", "'0'", "'4294967295'"),
    ("tid", "'(0,1)'", "'(4294967295,65535)'", "'(7,7)'"),
    ("regclass", "'pg_class'", "'orders'", "'other.orders'"),
    ("regtype", "'int4'", "'other.mood'", "'text'"),
    ("oidvector", "'1 2'", "''", "'3'"),
)  # fmt: skip


def statements(table: str, suffix: str) -> tuple[str, list[str]]:
    """The table, and for each type its three rows."""
    columns = ", ".join(f'"C {at}" {kind}' for at, (kind, *_) in enumerate(VALUES) if "short" not in kind)
    kinds = [item for item in VALUES if "short" not in item[0]]
    values = [", ".join(f"({item[1 + turn]})::{item[0]}" for item in kinds) for turn in range(3)]
    rows = [f"INSERT INTO {table} VALUES ({3 * turn + 1}, {values[turn]})" for turn in range(3)]  # noqa: S608  # constants of this test
    return f"CREATE TABLE {table} (id int{suffix}, {columns})", rows


@pytest.mark.parametrize("max_rows", [1, 100])
def test_every_type_in_a_table_with_a_key_and_in_one_without(world: World, max_rows: int) -> None:
    keyed, keyed_rows = statements("keyed", " PRIMARY KEY")
    full, full_rows = statements("whole", "")
    world.on_both(
        *SCHEMA,
        "CREATE TABLE other.orders (id int)",
        "CREATE TABLE orders (id int)",
        keyed,
        full,
        "ALTER TABLE whole REPLICA IDENTITY FULL",
    )
    world.on_both(*keyed_rows, *full_rows, *full_rows)
    world.watch()
    world.on_source(
        "UPDATE keyed SET id = id + 1",
        "INSERT INTO keyed (id) VALUES (100)",
        "DELETE FROM whole WHERE ctid IN (SELECT ctid FROM whole LIMIT 2)",
        "UPDATE whole SET id = id + 1 WHERE ctid IN (SELECT ctid FROM whole LIMIT 1)",
        "INSERT INTO whole (id) VALUES (NULL), (NULL), (NULL)",
        "DELETE FROM whole WHERE ctid IN (SELECT ctid FROM whole WHERE id IS NULL LIMIT 2)",
        *keyed_rows,
        *full_rows,
    )
    world.replay(max_rows=max_rows)
    world.check()


NO_KEYS = {
    "boolean",
    "json",
    "point",
    "line",
    "lseg",
    "box",
    "path",
    "polygon",
    "circle",
    "jsonpath",
    "pg_snapshot",
    "xid",
}
# Of these, two of the values are equal: they have a test of their own.
EQUAL = {"numeric", "interval"}
KEYS = [item for item in VALUES if item[0] not in NO_KEYS | EQUAL]


@pytest.mark.parametrize("max_rows", [1, 100])
def test_every_type_that_can_be_a_key_finds_its_rows(world: World, max_rows: int) -> None:
    def written(text: str, at: int, kind: str, *values: str) -> str:
        for number, value in enumerate(values, 1):
            text = text.replace(f"${number}", f"({value})::{kind}")
        return text.replace("key", f"key_{at}").replace("$kind", kind)

    made = "CREATE TABLE key (k $kind PRIMARY KEY, n int)", "INSERT INTO key VALUES ($1, 1), ($2, 2)"
    changed = (
        "UPDATE key SET n = 3 WHERE k = $1",
        "UPDATE key SET k = $3 WHERE k = $2",
        "DELETE FROM key WHERE k = $1",
        "INSERT INTO key VALUES ($2, 9)",
    )
    world.on_both(*SCHEMA, "CREATE TABLE other.orders (id int)", "CREATE TABLE orders (id int)")
    for at, values in enumerate(KEYS):
        world.on_both(*(written(text, at, *values) for text in made))
    world.watch()
    for at, values in enumerate(KEYS):
        world.on_source(*(written(text, at, *values) for text in changed))
    world.replay(max_rows=max_rows)
    world.check()


@pytest.mark.parametrize("max_rows", [1, 100])
def test_keys_that_are_equal_and_not_the_same(world: World, max_rows: int) -> None:
    world.on_both(
        "CREATE TABLE amounts (k numeric PRIMARY KEY, n int)",
        "CREATE TABLE spans (k interval PRIMARY KEY, n int)",
        "INSERT INTO amounts VALUES (1.0, 1), (2.0, 2)",
        "INSERT INTO spans VALUES ('24:00', 1)",
    )
    world.watch()
    world.on_source(
        "UPDATE amounts SET k = 1.00 WHERE k = 1",
        "UPDATE amounts SET n = 4",
        "BEGIN; DELETE FROM amounts WHERE k = 1; INSERT INTO amounts VALUES (1.000, 5); UPDATE amounts SET k = 1.0 WHERE k = 1; COMMIT",
        "BEGIN; UPDATE spans SET k = '1 day'; DELETE FROM spans; INSERT INTO spans VALUES ('1440 min', 2); COMMIT",
        "UPDATE spans SET k = '1 day', n = 3",
    )
    world.replay(max_rows=max_rows)
    world.check()
