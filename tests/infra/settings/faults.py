"""A good configuration made certainly bad, in one way or in several that do not hide each other."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hypothesis import strategies as st

from infra.settings.loading import keys
from tests.infra.recording import DEVELOPMENT, PRIVATE_KEY, PRODUCTION
from tests.infra.settings.bad_rules import RULES, Rule
from tests.infra.settings.bad_texts import TEXTS
from tests.infra.settings.bad_values import NUMBERS, planted

BAD_VALUES = {**NUMBERS, **TEXTS}
BASES = {"production": PRODUCTION, "development": DEVELOPMENT}
REQUIRED = (
    "environment",
    "accountId",
    "applicationImage",
    "openaiApiKey",
    "sendgridApiKey",
    "stripeSecretKey",
    "stripeWebhookSecret",
)
# Every secret with a value that would do, and what has to stand beside it.
_WORD = "QZXJK" * 8
GOOD_SECRETS: dict[str, dict[str, str]] = {
    "openaiApiKey": {"openaiApiKey": f"sk-{_WORD}"},
    "sendgridApiKey": {"sendgridApiKey": f"SG.{_WORD}"},
    "stripeWebhookSecret": {"stripeWebhookSecret": f"whsec_{_WORD}"},
    "slackBotToken": {"slackBotToken": f"xoxb-{_WORD}"},
    "redisUrl": {"redisUrl": f"rediss://:{_WORD}@cache:6379"},
    "jwtSecret": {"jwtSecret": _WORD},
    "jwtRefreshSecret": {"jwtRefreshSecret": _WORD},
    "sessionSecret": {"sessionSecret": _WORD},
    "phonepeSaltKey": {"phonepeSaltKey": _WORD, "phonepeMerchantId": "M1"},
    "googleClientSecret": {"googleClientSecret": _WORD, "googleClientId": "1-a.apps.googleusercontent.com"},
    "certificatePrivateKey": {"certificatePrivateKey": PRIVATE_KEY},
}
Faults = st.SearchStrategy["Fault"]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One way of being bad: the key that the error has to name, and what makes it so; `reads` has to stay as it is."""

    names: str
    sets: Mapping[str, str] = field(default_factory=dict)
    removes: frozenset[str] = frozenset()
    in_clear: frozenset[str] = frozenset()
    reads: frozenset[str] = frozenset()
    stack: str = "test"

    @property
    def touches(self) -> frozenset[str]:
        """The keys that it changes."""
        return self.removes | self.sets.keys() | self.in_clear

    def beside(self, other: "Fault") -> bool:
        """Whether both show when both are there."""
        return not (self.touches & (other.touches | other.reads) or other.touches & self.reads)


@dataclass(frozen=True, kw_only=True)
class Bad:
    """A bad configuration: its stack, what is encrypted in it, and the keys that the error has to name."""

    kinds: tuple[str, ...]
    stack: str
    configuration: Mapping[str, str]
    encrypted: frozenset[str]
    names: frozenset[str]

    @property
    def secrets(self) -> list[str]:
        """The values that no error may show."""
        return [value for key, value in self.configuration.items() if key in SECRETS]


SECRETS = frozenset(key.key for key in keys().values() if key.secret)


def _wrong(key: str) -> Faults:
    return BAD_VALUES[key].map(lambda value: Fault(names=key, sets={key: value}))


def _in_clear(key: str, base: Mapping[str, str]) -> Faults:
    """A secret in clear. Stripe's is the base's own, which is of the right kind."""
    good = {key: base[key]} if key in base else GOOD_SECRETS[key]
    return st.just(Fault(names=key, sets=good, in_clear=frozenset({key})))


def _unknown() -> Faults:
    names = st.from_regex(r"[a-zA-Z]{1,20}", fullmatch=True) | st.sampled_from(sorted(keys())).map(str.upper)
    unknown = names.filter(lambda name: name not in keys())
    return st.builds(lambda name, value: Fault(names=name, sets={name: value}), unknown, planted())


def _rule(rule: Rule) -> Faults:
    values = {key: st.just(value) if isinstance(value, str) else value for key, value in rule.sets.items()}
    return st.fixed_dictionaries(values).map(
        lambda sets: Fault(names=rule.names, sets=sets, removes=frozenset(rule.removes), reads=frozenset(rule.reads))
    )


def _another_stack(environment: str) -> Faults:
    others = sorted({"production", "staging", "development"} - {environment})
    return st.sampled_from(others).map(
        lambda stack: Fault(names="environment", sets={"environment": environment}, stack=stack)
    )


def _kinds(environment: str) -> dict[str, Faults]:
    base = BASES[environment]
    # An imported certificate is a problem of its own in production.
    shown = [key for key in SECRETS if key != "certificatePrivateKey" or key in base]
    return {
        **{f"{key} wrong": _wrong(key) for key in BAD_VALUES},
        **{f"{key} missing": st.just(Fault(names=key, removes=frozenset({key}))) for key in REQUIRED},
        **{f"{key} in clear": _in_clear(key, base) for key in shown},
        **{name: _rule(rule) for name, rule in RULES.items() if environment in rule.where},
        "unknown": _unknown(),
        "the environment of another stack": _another_stack(environment),
    }


KINDS = {environment: _kinds(environment) for environment in BASES}


_WRONG = frozenset(f"{key} wrong" for key in BAD_VALUES)
# Half of them wrong values, of which there are most; the rest rules, and what is missing or in clear.
_KIND = {
    environment: st.one_of(
        st.sampled_from(sorted(_WRONG)),
        st.sampled_from(sorted(_WRONG)),
        st.sampled_from(sorted(kinds.keys() & RULES.keys())),
        st.sampled_from(sorted(kinds.keys() - RULES.keys() - _WRONG)),
    )
    for environment, kinds in KINDS.items()
}


def alone(environment: str, kind: str) -> st.SearchStrategy[Bad]:
    """One of the bases with one fault of a kind."""
    return KINDS[environment][kind].map(lambda fault: _together(environment, {kind: fault}))


@st.composite
def bad_configurations(draw: st.DrawFn) -> Bad:
    """One of the bases with one to twelve faults, fewer where some would hide each other."""
    environment = draw(st.sampled_from(sorted(BASES)))
    faults: dict[str, Fault] = {}
    for kind in draw(st.lists(_KIND[environment], min_size=1, max_size=12, unique=True)):
        fault = draw(KINDS[environment][kind])
        if all(fault.beside(other) for other in faults.values()):
            faults[kind] = fault
    return _together(environment, faults)


def _together(environment: str, faults: Mapping[str, Fault]) -> Bad:
    configuration = dict(BASES[environment])
    for fault in faults.values():
        configuration.update(fault.sets)
        for key in fault.removes:
            configuration.pop(key, None)
    in_clear = frozenset[str]().union(*(fault.in_clear for fault in faults.values()))
    return Bad(
        kinds=tuple(faults),
        stack=next((fault.stack for fault in faults.values() if fault.stack != "test"), "test"),
        configuration=configuration,
        encrypted=SECRETS - in_clear,
        names=frozenset(fault.names for fault in faults.values()),
    )
