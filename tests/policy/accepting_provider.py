"""A provider that accepts every resource as it is, so that a bad one reaches the pack: a strict provider would refuse some first.

Run as a program, it serves the engine's provider protocol and prints its port, as a plugin does.
"""

# ruff: noqa: N802, ARG002 - the methods have the protocol's names and arguments

import sys
import time
from concurrent import futures
from typing import Any

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc
from pulumi.runtime.rpc import UNKNOWN


class AcceptingProvider(provider_pb2_grpc.ResourceProviderServicer):
    """Echoes inputs as outputs; in a preview ids and ARNs are unknown, as with the real provider."""

    def GetPluginInfo(self, request: Any, context: Any) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version="7.51.1")

    def CheckConfig(self, request: Any, context: Any) -> provider_pb2.CheckResponse:
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Any) -> provider_pb2.DiffResponse:
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Configure(self, request: Any, context: Any) -> provider_pb2.ConfigureResponse:
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    def Check(self, request: Any, context: Any) -> provider_pb2.CheckResponse:
        return provider_pb2.CheckResponse(inputs=request.news)

    def Create(self, request: Any, context: Any) -> provider_pb2.CreateResponse:
        outputs = struct_pb2.Struct()
        outputs.CopyFrom(request.properties)
        for name in ("arn", "identifier"):
            outputs[name] = UNKNOWN if request.preview else f"{name}-of-{request.name}"
        return provider_pb2.CreateResponse(id="" if request.preview else f"id-of-{request.name}", properties=outputs)

    def Delete(self, request: Any, context: Any) -> empty_pb2.Empty:
        return empty_pb2.Empty()

    def Cancel(self, request: Any, context: Any) -> empty_pb2.Empty:
        return empty_pb2.Empty()


def serve() -> None:
    """Serves until the engine ends this process."""
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(AcceptingProvider(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    while True:
        time.sleep(3600)


if __name__ == "__main__":
    serve()
