"""The embedded cloud that the tests of all types share, and the parameters of their contract."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator

import pytest

from sandbox.cloud import control
from sandbox.home import Home
from sandbox.provider import types
from sandbox.provider.mapping import Resource
from tests.sandbox.provider.types.harness import Bench, Case, RecordingCloud


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecordingCloud]:
    home = Home(tmp_path_factory.mktemp("cloud"))
    control.start(home)
    yield RecordingCloud(home)
    control.stop(home)


@pytest.fixture
def bench(cloud: RecordingCloud, case: Case) -> Iterator[Bench]:
    bench = Bench(cloud, _resource(case.token))
    yield bench
    bench.clean()


@pytest.fixture
def bench_of(cloud: RecordingCloud) -> Iterator[Callable[[str], Bench]]:
    benches: list[Bench] = []

    def make(token: str) -> Bench:
        benches.append(Bench(cloud, _resource(token)))
        return benches[-1]

    yield make
    for bench in reversed(benches):
        bench.clean()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    cases = getattr(metafunc.cls, "CASES", ())
    if "case" in metafunc.fixturenames:
        metafunc.parametrize("case", cases, ids=[case.name or case.token for case in cases])


def _resource(token: str) -> Resource:
    modules = (
        importlib.import_module(f"{types.__name__}.{module.name}") for module in pkgutil.iter_modules(types.__path__)
    )
    found = (resource for module in modules for resource in getattr(module, "RESOURCES", ()) if resource.token == token)
    resource: Resource = next(found)
    return resource
