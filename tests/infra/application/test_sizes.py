import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.application.sizes import NoFargateSizeError, fargate_size


@given(st.integers(1, 16384), st.integers(1, 122880))
def test_a_container_fits_the_task_that_is_chosen_for_it(cpu: int, memory: int) -> None:
    task_cpu, task_memory = fargate_size(cpu, memory)
    assert task_cpu >= cpu
    assert task_memory >= memory


@pytest.mark.parametrize(
    ("cpu", "memory", "size"),
    [(1000, 1024, (1024, 2048)), (256, 512, (256, 512)), (256, 3000, (512, 3072)), (16384, 122880, (16384, 122880))],
)
def test_the_smallest_pair_that_fargate_offers_is_chosen(cpu: int, memory: int, size: tuple[int, int]) -> None:
    assert fargate_size(cpu, memory) == size


@pytest.mark.parametrize(("cpu", "memory"), [(16385, 1024), (256, 122881)])
def test_what_no_task_can_hold_is_refused(cpu: int, memory: int) -> None:
    with pytest.raises(NoFargateSizeError, match="more than any Fargate task"):
        fargate_size(cpu, memory)
