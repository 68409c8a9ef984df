from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from wsdash.domain.account import Account, Balance
from wsdash.domain.instrument import Instrument, MarketKey

amounts = st.integers(0, 10**12).map(lambda units: f"{units / 1000:.3f}")
holdings = st.lists(st.builds(Balance, st.sampled_from("ABCD"), amounts), max_size=6)
PRICES = {"A": Decimal("2.5"), "B": Decimal("0.001")}


@given(holdings, holdings)
def test_the_worth_is_the_sum_of_what_has_a_price(
    stated: list[Balance], moved: list[Balance]
) -> None:
    account = Account()
    account.replace(stated)
    account.update(moved)
    held = {balance.asset: Fraction(balance.total) for balance in [*stated, *moved]}
    total, unpriced = account.value(PRICES.get)
    worth = sum(
        (amount * Fraction(PRICES[asset]) for asset, amount in held.items() if asset in PRICES),
        Fraction(0),
    )
    assert Fraction(total) == worth
    assert sorted(unpriced) == sorted(a for a in held if a not in PRICES and held[a])


def test_a_full_statement_takes_away_what_it_does_not_name() -> None:
    account = Account()
    account.update([Balance("A", "1", "1"), Balance("B", "2", None)])
    account.replace([Balance("A", "3")])
    assert account.balances == {"A": Balance("A", "3")}


def test_an_empty_balance_needs_no_price() -> None:
    account = Account()
    account.update([Balance("C", "0.000"), Balance("D", "1")])
    assert account.value(lambda _: None) == (Decimal(0), ["D"])


def test_an_instrument_has_one_name_for_every_venue() -> None:
    listed = Instrument("binance", "BTCUSDT", "BTC", "USDT", "0.01", 2, 5)
    assert listed.symbol == "BTC/USDT"
    assert str(listed.key) == "binance:BTCUSDT"
    assert listed.key == MarketKey("binance", "BTCUSDT")
