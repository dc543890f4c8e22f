import pytest

# The contract's assertions explain themselves only when pytest rewrites them.
pytest.register_assert_rewrite("tests.sandbox.provider.types.harness")
