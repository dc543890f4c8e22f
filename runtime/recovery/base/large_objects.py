"""Large objects, made anew under their numbers: created, filled page by page, and then given to their owners."""

from collections.abc import Iterator

from runtime.backups.base.manifest import Chunk, LargeObjects
from runtime.recovery.base.loading import ChunkOf, LoadTask

# The columns of runtime/backups/base/plan.py's DESCRIPTIONS.
_DESCRIPTIONS = "CREATE TEMP TABLE jobr_described (oid oid, owner text, comment text, grants jsonb) ON COMMIT DROP"
_COPY_DESCRIPTIONS = "COPY pg_temp.jobr_described FROM STDIN"
_CREATE = "DO $$ BEGIN PERFORM pg_catalog.lo_create(oid) FROM pg_temp.jobr_described; END $$"
_PAGES = "CREATE TEMP TABLE jobr_pages (loid oid, pageno int8, data bytea) ON COMMIT DROP"
_COPY_PAGES = "COPY pg_temp.jobr_pages FROM STDIN"
_FILL = "DO $$ BEGIN PERFORM pg_catalog.lo_put(loid, pageno * {page_bytes}, data) FROM pg_temp.jobr_pages ORDER BY loid, pageno; END $$"
_COMMENTS = """
    IF described.comment IS NOT NULL THEN EXECUTE format('COMMENT ON LARGE OBJECT %s IS %L', described.oid, described.comment); END IF;"""
_OWNERS = """
    EXECUTE format('ALTER LARGE OBJECT %s OWNER TO %I', described.oid, described.owner);"""
_PRIVILEGES = """
    IF described.grants IS NOT NULL THEN
        EXECUTE format('REVOKE ALL ON LARGE OBJECT %s FROM %s', described.oid, keeper);
        FOR granted IN SELECT * FROM jsonb_to_recordset(described.grants) AS g(role text, privilege text, grantable boolean) LOOP
            EXECUTE format('GRANT %s ON LARGE OBJECT %s TO %s %s', granted.privilege, described.oid,
                CASE WHEN granted.role = described.owner THEN keeper ELSE coalesce(quote_ident(granted.role), 'PUBLIC') END,
                CASE WHEN granted.grantable THEN 'WITH GRANT OPTION' ELSE '' END);
        END LOOP;
    END IF;"""
_DESCRIBE = """
DO $$ DECLARE described record; granted record; keeper text; BEGIN
FOR described IN SELECT * FROM pg_temp.jobr_described LOOP
    keeper := {keeper};{steps}
END LOOP; END $$"""


def create(held: LargeObjects) -> Iterator[LoadTask]:
    """Make all of them, empty; they belong to the restore's login."""
    for number, chunk in enumerate(held.descriptions):
        yield LoadTask(
            number, _CREATE, _DESCRIPTIONS, _COPY_DESCRIPTIONS, _chunk(chunk, "descriptions of large objects")
        )


def fill(held: LargeObjects, number: int) -> Iterator[LoadTask]:
    """Put their bytes in; the tasks are numbered from `number` on."""
    statement = _FILL.format(page_bytes=held.page_bytes)
    for index, chunk in enumerate(held.pages, number):
        yield LoadTask(index, statement, _PAGES, _COPY_PAGES, _chunk(chunk, "pages of large objects"))


def describe(held: LargeObjects, *, owners: bool, privileges: bool) -> Iterator[LoadTask]:
    """Give them their comments, and as wanted their owners and privileges."""
    keeper = "quote_ident(described.owner)" if owners else "'CURRENT_USER'"
    steps = _COMMENTS + (_OWNERS if owners else "") + (_PRIVILEGES if privileges else "")
    statement = _DESCRIBE.format(keeper=keeper, steps=steps)
    for number, chunk in enumerate(held.descriptions):
        yield LoadTask(
            number, statement, _DESCRIPTIONS, _COPY_DESCRIPTIONS, _chunk(chunk, "descriptions of large objects")
        )


def _chunk(chunk: Chunk, meaning: str) -> ChunkOf:
    return ChunkOf(**chunk.model_dump(), meaning=meaning)
