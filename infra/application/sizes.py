"""Fargate's sizes: the smallest task that its containers fit."""

# CPU units and the memory (MiB) that Fargate takes with them: least, most, step.
# Source: Amazon ECS Developer Guide, "Task size" of Fargate task definitions.
_SIZES: tuple[tuple[int, tuple[int, ...]], ...] = (
    (256, (512, 1024, 2048)),
    (512, tuple(range(1024, 4096 + 1, 1024))),
    (1024, tuple(range(2048, 8192 + 1, 1024))),
    (2048, tuple(range(4096, 16384 + 1, 1024))),
    (4096, tuple(range(8192, 30720 + 1, 1024))),
    (8192, tuple(range(16384, 61440 + 1, 4096))),
    (16384, tuple(range(32768, 122880 + 1, 8192))),
)

# The collector beside the application. The CPU units are what it is sure of when the task is busy; it may use what the
# application leaves idle. With the application's 1000 they are one vCPU, so that the collector makes no task larger.
COLLECTOR_CPU = 24
COLLECTOR_MEMORY_MIB = 256


class NoFargateSizeError(ValueError):
    """No Fargate task is large enough."""


def fargate_size(cpu: int, memory_mib: int) -> tuple[int, int]:
    """The smallest pair of CPU units and memory (MiB) that Fargate offers and the task's containers fit together.

    Raises:
        NoFargateSizeError: they are larger than the largest.
    """
    for task_cpu, memories in _SIZES:
        for task_memory in memories:
            if task_cpu >= cpu and task_memory >= memory_mib:
                return task_cpu, task_memory
    raise NoFargateSizeError(
        f"is, together with applicationCpu and the collector, more than any Fargate task has: {cpu} units and {memory_mib} MiB"
    )


def task_size(cpu: int, memory_mib: int) -> tuple[int, int]:
    """The task that the application's container of this size and the collector fit together.

    Raises:
        NoFargateSizeError: there is none.
    """
    return fargate_size(cpu + COLLECTOR_CPU, memory_mib + COLLECTOR_MEMORY_MIB)
