"""The price list and the assumptions of use, as they are written beside this file."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
# A month of 730 hours, as AWS's own calculator counts it.
HOURS = 730


@dataclass(frozen=True, kw_only=True)
class Price:
    """One price in USD: for an hour, a month, a GB-month, a GB or a million of something."""

    key: str
    per: str
    usd: float
    page: str
    what: str

    @property
    def monthly(self) -> float:
        """What one unit costs in a month that it is there all the time."""
        return self.usd * HOURS if self.per == "hour" else self.usd


class UnknownPriceError(LookupError):
    """Something is declared that prices.toml has no price for."""

    def __init__(self, key: str, per: str) -> None:
        super().__init__(f"tools/costs/prices.toml has no [{per}] price of {key}: add it with its pricing page")


class Prices:
    """Every price, by the unit that it is for and its name."""

    def __init__(self, tables: dict[str, dict[str, Any]]) -> None:
        self._prices = {
            (per, key): Price(key=key, per=per, **price)
            for per, table in tables.items()
            for key, price in table.items()
        }

    def get(self, per: str, key: str) -> Price:
        """One price.

        Raises:
            UnknownPriceError: it is not in the list.
        """
        if (per, key) not in self._prices:
            raise UnknownPriceError(key, per)
        return self._prices[per, key]

    def all(self) -> list[Price]:
        """Every price, in the order of the file."""
        return list(self._prices.values())


def prices() -> Prices:
    """What prices.toml holds."""
    return Prices(tomllib.loads((HERE / "prices.toml").read_text()))


def usage() -> dict[str, dict[str, float]]:
    """What usage.toml holds, by environment."""
    return tomllib.loads((HERE / "usage.toml").read_text())
