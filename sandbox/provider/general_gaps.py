"""What the embedded cloud as a whole does otherwise than AWS, beyond single types and properties."""

GAPS: tuple[tuple[str, str], ...] = (
    ("a killed `up`", "every creation is repeated with a token, so the next `up` finds what was made; AWS has client tokens for some APIs only, and elsewhere a killed creation must be imported: docs/gaps.md"),
    ("state", "lives in memory and in PostgreSQL's folder: nothing survives the machine or `make down`"),
    ("IAM", "documents are linted and stored, nothing is denied by them; bucket policies, and a function's permissions for the services that invoke it, are the exceptions"),
    ("traffic", "load balancers answer no request, and ECS starts no task, before the rehearsal exists"),
    ("alarms", "are stored, never evaluated"),
    ("networks", "security groups, routes and endpoints are stored; packets do not meet them"),
    ("prices and quotas", "do not exist"),
)  # fmt: skip
