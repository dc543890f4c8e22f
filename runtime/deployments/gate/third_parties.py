"""Whether OpenAI, Stripe and SendGrid answer to green's own keys: one cheap GET each, which changes and costs nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import urllib3

from runtime.deployments.gate.check import Result, level, one
from runtime.deployments.gate.scene import Scene
from runtime.deployments.gate.settings import GateSettings, Need
from runtime.deployments.verdict import Level

TIMEOUT = urllib3.Timeout(connect=5, read=10)
OK, UNAUTHORIZED, FORBIDDEN, TOO_MANY = 200, 401, 403, 429


@dataclass(frozen=True)
class ThirdParty:
    """A third party: which variable holds the key, what is asked for, and its settings' part."""

    name: str
    variable: str
    path: str
    status_page: str
    need: Callable[[GateSettings], Need]
    url: Callable[[GateSettings], str]


# Each path is one that the party documents for any key: the models, the balance, the key's own scopes.
OPENAI = ThirdParty(
    "OpenAI", "OPENAI_API_KEY", "/v1/models", "status.openai.com", lambda s: s.openai, lambda s: s.openai_url
)
STRIPE = ThirdParty(
    "Stripe", "STRIPE_SECRET_KEY", "/v1/balance", "status.stripe.com", lambda s: s.stripe, lambda s: s.stripe_url
)
SENDGRID = ThirdParty(
    "SendGrid", "SENDGRID_API_KEY", "/v3/scopes", "status.sendgrid.com", lambda s: s.sendgrid, lambda s: s.sendgrid_url
)
THIRD_PARTIES = (OPENAI, STRIPE, SENDGRID)


def checker(party: ThirdParty) -> Callable[[Scene], Result]:
    """The check of one third party."""
    return partial(check, party)


def check(party: ThirdParty, scene: Scene) -> Result:
    """Ask once. The answer's body is never shown: some quote parts of the key."""
    need = party.need(scene.settings)
    if need is Need.OFF:
        return one(party.name, Level.OK, "Not asked, by the stack's settings.")
    key = scene.environment.values.get(party.variable)
    if key is None:
        return one(
            party.name,
            level(need),
            f"{party.variable} is not known, so {party.name} was not asked.",
            "mend the secrets first",
        )
    try:
        status = _ask(party.url(scene.settings) + party.path, key)
    except (urllib3.exceptions.HTTPError, OSError) as error:
        message = f"{party.name} cannot be reached over verified TLS ({type(error).__name__}): {scene.hearing.redactor.text(_first_line(error))}"
        return one(party.name, level(need), message, _wait_for(party))
    except ValueError:
        return one(
            party.name, level(need), f"{party.variable} holds what no HTTP header can.", f"set {party.variable} anew"
        )
    return _judged(party, need, status)


def _ask(url: str, key: str) -> int:
    headers = {"Authorization": f"Bearer {key}", "User-Agent": "jobr-operations", "Accept": "application/json"}
    with urllib3.PoolManager(cert_reqs="CERT_REQUIRED", timeout=TIMEOUT, retries=False) as pool:
        answer = pool.request("GET", url, headers=headers, redirect=False, preload_content=False)
        try:
            return answer.status
        finally:
            answer.release_conn()


def _judged(party: ThirdParty, need: Need, status: int) -> Result:
    if status == OK:
        return one(party.name, Level.OK, f"{party.name} answers and takes the key.")
    if status == FORBIDDEN:
        message = f"{party.name} knows the key, which may not read {party.path}; whether it may do what the application needs is not known."
        return one(party.name, Level.WARN, message, f"look at the key's permissions at {party.name}")
    if status == TOO_MANY:
        return one(
            party.name,
            Level.WARN,
            f"{party.name} answers, but says that it is asked too often (429).",
            _wait_for(party),
        )
    if status == UNAUTHORIZED:
        mend = f"make a new key at {party.name}, set it (docs/application-environment.md names the setting of {party.variable}) and run `pulumi up --refresh`"
        return one(party.name, level(need), f"{party.name} refuses the key in {party.variable} (401).", mend)
    return one(party.name, level(need), f"{party.name} answers {status} to GET {party.path}.", _wait_for(party))


def _wait_for(party: ThirdParty) -> str:
    setting = f"{party.name.lower()}Check"
    return f"see {party.status_page}, then ask for the deployment again; to deploy without it: `pulumi config set {setting} warn && pulumi up --refresh`"


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else "no reason given"
