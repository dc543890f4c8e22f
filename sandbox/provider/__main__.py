"""`python -m sandbox.provider NAME ENGINE`: serves one provider to the engine; prints its port, as plugins do."""

import os
import sys
import threading
from concurrent import futures
from importlib import metadata

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from sandbox.home import Home
from sandbox.provider.api import Cloud
from sandbox.provider.catalogue import registry
from sandbox.provider.service import Provider

STANDARD_INPUT = 0
MESSAGE_BYTES = 400 * 1024 * 1024  # the engine's own limit of one message


def serve(name: str) -> None:
    """Serves until the engine ends the process.

    Raises:
        SystemExit: it was not started by one of the sandbox's commands; a real stack must never meet it.
    """
    home = Home.current()
    if os.environ.get("AWS_ENDPOINT_URL") != home.endpoint:
        sys.exit(
            f"pulumi-resource-{name} on PATH is the embedded cloud's and serves `python -m sandbox` only: "
            f"take {home.root / 'bin'} off PATH, so that Pulumi finds the official provider"
        )
    cloud = Cloud(home)
    options = [("grpc.max_receive_message_length", MESSAGE_BYTES), ("grpc.max_send_message_length", MESSAGE_BYTES)]
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=32), options=options)
    provider = Provider(name, metadata.version(f"pulumi-{name}"), registry(cloud), cloud)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    threading.Thread(target=_end_with_engine, args=(server,), daemon=True).start()
    server.wait_for_termination()


def _end_with_engine(server: grpc.Server) -> None:
    # The engine holds the other end of the standard input, which closes when it dies, however it dies. Read from the
    # descriptor: a thread inside sys.stdin's lock would crash the interpreter's own end.
    while os.read(STANDARD_INPUT, 4096):
        pass
    server.stop(grace=None)


if __name__ == "__main__":
    serve(sys.argv[1])
