"""The source database agrees with what the capture needs: all that is missing or changed is mended.

What decides, in this order: no statement of the application may fail or wait for the sake of the archive; then the archive is to be
complete; and where it is not, it says so.

- Every change of the schema is announced in the stream by event triggers, which catch their own errors. PostgreSQL leaves making event
  triggers to superusers, RDS to its master user as well, and wants them dropped before a major upgrade (the next run makes them again):
  https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.FeatureSupport.EventTriggers.html.
  Where they are refused, changes of the schema are not in the archive, and a new table's changed and deleted rows (all its rows, where
  FOR ALL TABLES is refused too) are in it only from the next run on: each run that finds such a table says so in the stream.
- A table without a usable identity gets REPLICA IDENTITY FULL, a new one in the transaction that makes it; its WAL grows by the whole
  old row for each UPDATE and DELETE. It loses it again when it gets a primary key.
- A table whose identity cannot be had (somebody chose NOTHING, or generated columns are in the way: PostgreSQL refuses FULL and keys
  with them) is archived with its new rows alone and named, by this function and in the stream.
- Only the capture can write proof rows, so what others write with pg_logical_emit_message is not taken for a change of the schema.
"""

from collections.abc import Sequence

from psycopg import sql

from runtime.common.errors import DatabaseError
from runtime.database_roles.roles import OWNER
from runtime.database_roles.work import Work
from runtime.wal.capture import gaps, identity
from runtime.wal.capture.objects import EVENT_TRIGGERS, OBJECTS, SCHEMA, EventTrigger, Installed, Kind
from runtime.wal.capture.publications import keep_publications

_SCHEMA = sql.SQL(
    "SELECT nspowner = current_user::regrole, pg_has_role(nspowner, 'USAGE') FROM pg_namespace WHERE nspname = %s"
)
_CLASS = sql.SQL("""
SELECT c.oid::regclass::text, obj_description(c.oid, 'pg_class'), pg_get_userbyid(c.relowner) = current_user
FROM pg_class c WHERE c.relnamespace = %s::regnamespace AND c.relname = %s""")
# What somebody changed by hand is not what the file says: the body, or whose rights it has.
_FUNCTION = sql.SQL("""
SELECT p.oid::regprocedure::text, CASE WHEN strpos(%s, p.prosrc) > 0 AND prosecdef = %s THEN obj_description(p.oid, 'pg_proc') END,
    pg_get_userbyid(p.proowner) = current_user
FROM pg_proc p WHERE p.pronamespace = %s::regnamespace AND p.proname = %s""")
_OPEN = sql.SQL("""
SELECT p.oid::regprocedure::text FROM pg_proc p
WHERE p.pronamespace = %s::regnamespace AND has_function_privilege('public', p.oid, 'EXECUTE') ORDER BY 1""")
_EVENT_TRIGGER = sql.SQL("""
SELECT evtevent, evtfoid = %s::regproc, evtenabled = 'A', coalesce(evttags, '{}') FROM pg_event_trigger WHERE evtname = %s""")
_CAPTURES = sql.SQL(
    "SELECT count(*) = cardinality(%s::name[]) FROM pg_event_trigger WHERE evtname = ANY (%s) AND evtenabled = 'A'"
)
_MAY = sql.SQL(
    "SELECT has_schema_privilege(r.oid, %s, 'USAGE'), has_function_privilege(r.oid, %s, 'EXECUTE') FROM pg_roles r WHERE rolname = %s"
)
_POINT = f"{SCHEMA}.point(text)"


def keep_capture(work: Work, may_name_points: Sequence[str] = (OWNER,)) -> None:
    """Make schema, functions, publications, event triggers and the tables' identities what the archive needs. A second run changes nothing.

    `work` is a session of the master user in autocommit mode, outside of a transaction: no lock on a table outlives its own step.
    `may_name_points` are the roles, where the server has them, that may call jobr_archive.point(name).
    """
    with work.session.transaction():
        _keep_schema(work)
        for wanted in OBJECTS:
            _keep_object(work, wanted)
        _keep_closed(work)
        for role in may_name_points:
            _let_name_points(work, role)
        keep_publications(work)
        for trigger in EVENT_TRIGGERS:
            _keep_event_trigger(work, trigger)
        names = [trigger.name for trigger in EVENT_TRIGGERS]
        if not work.rows(_CAPTURES, names, names)[0][0]:
            work.warn(
                "changes of the schema are not in the archive, and new tables only from the next run on: take a base after each migration. "
                "To mend it: deploy with a master user that may make event triggers, such as RDS's rds_superuser"
            )
            gaps.say(
                work, "CREATE EVENT TRIGGER", "event triggers are refused: changes of the schema are not in the archive"
            )
    identity.keep_tables(work)


def _keep_schema(work: Work) -> None:
    found = work.rows(_SCHEMA, SCHEMA)
    if not found:
        work.change(f"the schema {SCHEMA} made", sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(SCHEMA)))
        return
    ours, reachable = found[0]
    if not reachable:
        raise DatabaseError(
            f"The schema {SCHEMA} belongs to somebody else, who could forge the archive: drop or rename it, and deploy again."
        )
    if not ours:
        work.change(
            f"the schema {SCHEMA} belongs to the master user",
            sql.SQL("ALTER SCHEMA {} OWNER TO CURRENT_USER").format(sql.Identifier(SCHEMA)),
        )


def _find(work: Work, wanted: Installed) -> tuple[str, str | None, bool] | None:
    if wanted.kind is Kind.FUNCTION:
        rows = work.rows(_FUNCTION, wanted.text, " SECURITY DEFINER" in wanted.text, SCHEMA, wanted.name)
    else:
        rows = work.rows(_CLASS, SCHEMA, wanted.name)
    return rows[0] if rows else None


def _keep_object(work: Work, wanted: Installed) -> None:
    kind = sql.SQL(wanted.kind.value)
    found = _find(work, wanted)
    if found and not found[2]:
        owner = sql.SQL("ALTER {} {} OWNER TO CURRENT_USER").format(kind, sql.SQL(found[0]))
        work.change(f"{wanted.kind.lower()} {found[0]} belongs to the master user", owner)
    is_kept = wanted.kind is Kind.TABLE and found is not None
    if is_kept or (found and found[1] == wanted.comment):
        return
    # The statements are files of this package.
    work.change(f"{wanted.kind.lower()} {SCHEMA}.{wanted.name} made", sql.SQL(wanted.statement))
    made = _find(work, wanted)
    if made is None:
        raise DatabaseError(f"{wanted.name}.sql makes no {wanted.kind.lower()} {SCHEMA}.{wanted.name}: a defect.")
    comment = sql.SQL("COMMENT ON {} {} IS {}").format(kind, sql.SQL(made[0]), sql.Literal(wanted.comment))
    work.session.execute(comment)


def _keep_closed(work: Work) -> None:
    functions = [row[0] for row in work.rows(_OPEN, SCHEMA)]
    if functions:
        # The names come quoted from the server.
        statement = sql.SQL("REVOKE EXECUTE ON FUNCTION {} FROM PUBLIC").format(sql.SQL(", ".join(functions)))
        work.change(f"PUBLIC: EXECUTE on {len(functions)} functions of {SCHEMA} taken back", statement)


def _let_name_points(work: Work, role: str) -> None:
    rows = work.rows(_MAY, SCHEMA, _POINT, role)
    if rows and not all(rows[0]):
        name = sql.Identifier(role)
        usage = sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(sql.Identifier(SCHEMA), name)
        work.change(f"{role}: USAGE on the schema {SCHEMA}", usage)
        work.change(
            f"{role}: may name points", sql.SQL("GRANT EXECUTE ON FUNCTION {} TO {}").format(sql.SQL(_POINT), name)
        )


def _keep_event_trigger(work: Work, wanted: EventTrigger) -> None:
    function, name = f"{SCHEMA}.{wanted.function}", sql.Identifier(wanted.name)
    found = work.rows(_EVENT_TRIGGER, function, wanted.name)
    if found and found[0] == (wanted.event, True, True, list(wanted.tags)):
        return
    tags = sql.SQL(" WHEN TAG IN ({})").format(sql.SQL(", ").join(map(sql.Literal, wanted.tags)))
    parts = [sql.SQL("DROP EVENT TRIGGER {};").format(name)] if found else []
    parts += [
        sql.SQL("CREATE EVENT TRIGGER {} ON {}{} EXECUTE FUNCTION {}();").format(
            name, sql.SQL(wanted.event), tags if wanted.tags else sql.SQL(""), sql.Identifier(*function.split("."))
        ),
        # Also for sessions whose session_replication_role is replica: what they change is changed.
        sql.SQL("ALTER EVENT TRIGGER {} ENABLE ALWAYS").format(name),
    ]
    work.attempt(f"the event trigger {wanted.name} announces changes of the schema", sql.SQL(" ").join(parts))
