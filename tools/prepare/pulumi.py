"""The Pulumi CLI: the one on PATH when it is new enough, else one built from its Go modules, once."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

from tools.prepare import places
from tools.prepare.work import PreparationError, exclusively, run, say, whole_or_not_at_all

CLI_PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
SDK = "github.com/pulumi/pulumi/sdk/v3"
VERSION_VARIABLE = f"{SDK}/go/common/version.Version"
EXECUTOR = "pulumi-language-python-exec"


def find() -> Path | None:
    """The CLI to use, if there is one already: on PATH and at least the pinned version, or built before."""
    on_path = shutil.which("pulumi")
    if on_path and _new_enough(version_of(Path(on_path))):
        return Path(on_path).resolve()
    built = places.built_cli()
    return built if os.access(built, os.X_OK) else None


def version_of(binary: Path) -> str:
    """What a CLI says its version is, such as "3.230.0"; empty when it does not run."""
    quiet = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        answer = subprocess.run(
            [str(binary), "version"], capture_output=True, text=True, check=True, env=quiet, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return answer.stdout.strip().lstrip("v")


def prepare() -> Path:
    """The path of a CLI that is new enough; builds it when there is none (2 to 4 minutes)."""
    found = find()
    if found:
        return found
    target = places.built_cli().parent
    with exclusively(target.parent, "the Pulumi CLI"):
        if not find():
            _build_cli(target)
    return places.built_cli()


def language_host_is_built() -> bool:
    """Whether the old language host stands in the cache, complete."""
    return (places.built_language_host() / EXECUTOR).exists()


def prepare_language_host() -> Path:
    """A folder with the old Python language host and its launcher, for the test of plain `pulumi preview` (half a minute)."""
    target = places.built_language_host()
    if language_host_is_built():
        return target
    with exclusively(target.parent, "the Python language host"):
        if not language_host_is_built():
            say(f"Building the Python language host for its test (half a minute, once; kept in {target}).")
            with whole_or_not_at_all(target) as folder:
                _go_build(
                    places.LANGUAGE_HOST_MODULE,
                    places.LANGUAGE_HOST_PACKAGE,
                    folder / "pulumi-language-python",
                    "-s -w",
                )
                _copy_launcher(folder / EXECUTOR)
    return target


def _new_enough(version: str) -> bool:
    mine, pinned = (_numbers(text) for text in (version, places.cli_version()))
    return mine[:1] == pinned[:1] and mine >= pinned


def _numbers(version: str) -> tuple[int, ...]:
    found = re.match(r"(\d+)\.(\d+)\.(\d+)", version)
    return tuple(map(int, found.groups())) if found else ()


def _build_cli(target: Path) -> None:
    version = places.cli_version()
    say(f"Building the Pulumi CLI {version} from its Go modules (2 to 4 minutes, once; kept in {target}).")
    with whole_or_not_at_all(target) as folder:
        _go_build(places.CLI_MODULE, CLI_PACKAGE, folder / "pulumi", f"-s -w -X {VERSION_VARIABLE}=v{version}")
        answer = version_of(folder / "pulumi")
        if answer != version:
            raise PreparationError(f"the Pulumi CLI was built, but says that its version is {answer!r}, not {version}")


def _go_build(module: Path, package: str, output: Path, flags: str) -> None:
    run(
        ["go", "build", "-trimpath", "-ldflags", flags, "-o", output, package],
        "building",
        folder=module,
        environment=_go_environment(),
    )


def _go_environment() -> dict[str, str]:
    """Go's settings for a build that depends on the pinned modules alone: no other toolchain, workspace, target or C compiler."""
    own = {name: value for name, value in os.environ.items() if name not in {"GOOS", "GOARCH"}}
    return {**own, "GOTOOLCHAIN": "local", "GOWORK": "off", "GOFLAGS": "-buildvcs=false", "CGO_ENABLED": "0"}


def _copy_launcher(target: Path) -> None:
    """The language host starts programs by a script that only the pinned, newer SDK has in the form that today's packages need."""
    run(
        ["go", "mod", "download", SDK],
        "fetching the SDK's launcher",
        folder=places.CLI_MODULE,
        environment=_go_environment(),
    )
    answer = subprocess.run(
        ["go", "list", "-m", "-f", "{{.Dir}}", SDK],
        capture_output=True,
        text=True,
        check=True,
        cwd=places.CLI_MODULE,
        env=_go_environment(),
    )
    source = Path(answer.stdout.strip()) / "python" / "cmd" / EXECUTOR
    target.write_bytes(source.read_bytes())
    target.chmod(stat.S_IRWXU | stat.S_IRGRP | stat.S_IXGRP | stat.S_IROTH | stat.S_IXOTH)
