"""The budget of database connections, at the moment when it is tightest."""

from collections.abc import Iterator

from infra.settings.problems import Problem
from infra.settings.rooms.base import Rule, Values

# A blue/green deployment runs every task twice until blue is gone.
DEPLOYMENT_FACTOR = 2
# The rest is for people, functions, backups, the WAL archive and PostgreSQL's own reserve.
SHARE_PERCENT = 80


def _budget(values: Values) -> Iterator[Problem]:
    tasks, workers, pool = values["applicationMaximumTasks"], values["clusterWorkers"], values["dbPoolSize"]
    most = values["databaseMaximumConnections"]
    budget = most * SHARE_PERCENT // 100
    wanted = tasks * workers * pool * DEPLOYMENT_FACTOR
    if values["databaseProxy"] or wanted <= budget:
        return
    ways = [
        ("dbPoolSize", budget // (tasks * workers * DEPLOYMENT_FACTOR), 1),
        ("applicationMaximumTasks", budget // (workers * pool * DEPLOYMENT_FACTOR), values["applicationTasks"]),
        ("clusterWorkers", budget // (tasks * pool * DEPLOYMENT_FACTOR), 1),
    ]
    reason = (
        f"is too large: {tasks} tasks (applicationMaximumTasks) * {workers} workers (clusterWorkers) * {pool} connections (dbPoolSize)"
        f" * {DEPLOYMENT_FACTOR} during a deployment = {wanted} connections, but {SHARE_PERCENT} % of databaseMaximumConnections, {most},"
        f" are {budget}; a smaller pool, fewer tasks, fewer workers or RDS Proxy each mend it"
    )
    mends = [Problem.to_set(key, "", str(value)).mend for key, value, least in ways if value >= least]
    mends.append(Problem.to_set("databaseProxy", "", "true").mend)
    yield Problem(key="dbPoolSize", reason=reason, mend=mends[0], or_else=tuple(mends[1:]))


RULES: tuple[Rule, ...] = (_budget,)
