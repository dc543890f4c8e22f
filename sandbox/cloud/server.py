"""The embedded AWS in this process: moto's dispatcher with the extensions, once-tokens and the sandbox's own calls, over HTTPS."""

import errno
import os
import socket
import ssl
import time
from ipaddress import ip_address
from uuid import uuid4

import psutil
from moto.core.config import default_user_config
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from sandbox.cloud import beforehand, extensions
from sandbox.cloud.api import SandboxCalls
from sandbox.cloud.certificates import issue
from sandbox.cloud.errors import CloudError
from sandbox.cloud.http import Server
from sandbox.cloud.once import Once
from sandbox.home import PORT, Home


def build(home: Home) -> Server:
    """The listening server, ready for `serve_forever`. A CloudError when its address cannot be had."""
    if not ip_address(home.address).is_loopback:
        raise CloudError(f"the embedded cloud serves loopback addresses only, not {home.address}")
    # moto's own clients (its state machines call other services) come back to this server, and to no other.
    os.environ.update(home.environment())
    # A function's image must exist in the embedded ECR, as on AWS.
    os.environ["MOTO_LAMBDA_STUB_ECR"] = "false"
    default_user_config["lambda"]["use_docker"] = False
    default_user_config["stepfunctions"]["execute_state_machine"] = True
    default_user_config["iam"]["load_aws_managed_policies"] = True
    identity = {"boot_id": uuid4().hex, "pid": os.getpid(), "started": time.time()}
    once = Once(DomainDispatcherApplication(create_backend_app))
    server = _listen(home, SandboxCalls(once, identity))
    extensions.install(home)
    beforehand.prepare(home)
    return server


def _listen(home: Home, app: SandboxCalls) -> Server:
    certificate, key = issue(home, "aws", addresses=[home.address, "127.0.0.1"], dns_names=["localhost"])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    try:
        with socket.create_server((home.address, PORT), backlog=128) as listener:
            return Server(listener, app, context)
    except OSError as error:
        raise CloudError(_cannot_bind(home, error)) from error


def _cannot_bind(home: Home, error: OSError) -> str:
    where = f"{home.address}:{PORT}"
    if error.errno == errno.EADDRINUSE:
        return (
            f"{where} is taken by {port_holder(home.address, PORT)}. Stop that process, "
            "or set SANDBOX_HOME to another folder: each folder has addresses of its own."
        )
    return (
        f"cannot listen on {where}: {error}. The embedded cloud needs all of 127.0.0.0/8 on the loopback interface: "
        "Linux has that by default (`ip addr show lo` shows 127.0.0.1/8); on macOS add it with "
        f"`sudo ifconfig lo0 alias {home.address}`."
    )


def port_holder(address: str, port: int) -> str:
    """Who listens on the port, for a message: "process 4711 (python -m http.server)"."""
    try:
        connections = psutil.net_connections("tcp")
    except psutil.AccessDenied:
        return "another process"
    for connection in connections:
        if connection.status != psutil.CONN_LISTEN or not connection.laddr or not connection.pid:
            continue
        if connection.laddr.port == port and connection.laddr.ip in {address, "0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
            try:
                command = " ".join(psutil.Process(connection.pid).cmdline())[:120]
            except psutil.Error:
                return f"process {connection.pid}"
            return f"process {connection.pid} ({command})"
    return "another process"
