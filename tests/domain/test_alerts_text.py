"""Rules as text: what is typed is understood, what is stored is read again, errors say where."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wsdash.domain.alerts import ACTIONS, FLAGS, QUALITY, UNITS, Rule
from wsdash.domain.alerts_text import BadRule, parse
from wsdash.domain.instrument import MarketKey

BTC = MarketKey("kraken", "BTC/USD")


@pytest.mark.parametrize(
    "text",
    [
        "kraken:BTC/USD price > 66000",
        "kraken:BTC/USD price crosses 66000.5 once",
        "binance:ETHUSDT spread > 5bp",
        "kraken:BTC/USD size >= 10 at best",
        "kraken:BTC/USD size < 0.5 at 65000.1",
        "kraken:BTC/USD print >= 5 every 60s bell notify command webhook",
        "kraken:BTC/USD imbalance > 0.8",
        "kraken:BTC/USD imbalance < -0.8",
        "kraken:BTC/USD pace > 50 rearm 0s",
        "kraken:BTC/USD basis binance:BTCUSDT > 10bp",
        "kraken:BTC/USD basis binance:BTCUSDT < -10bp",
        "kraken:BTC/USD stale > 10s",
        "kraken gap",
        "kraken:BTC/USD gap once",
        "binance_us parked",
        "kraken key bell",
    ],
)
def test_the_forms_people_type_are_the_forms_that_are_stored(text: str) -> None:
    assert str(parse(text)) == text


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("  Kraken:BTC/USD   PRICE above 66000.00 ONCE\n", "kraken:BTC/USD price > 66000 once"),
        ("kraken:BTC/USD price>66000", "kraken:BTC/USD price > 66000"),
        ("kraken:BTC/USD price below 6e4", "kraken:BTC/USD price < 60000"),
        ("kraken:BTC/USD spread >=5", "kraken:BTC/USD spread >= 5bp"),
        ("kraken:BTC/USD size > 10", "kraken:BTC/USD size > 10 at best"),
        ("kraken:A print > 5 webhook bell every 5m", "kraken:A print > 5 every 300s bell webhook"),
        ("kraken stale > 10", "kraken stale > 10s"),
        ("kraken gap rearm 5s", "kraken gap"),
    ],
)  # fmt: skip
def test_other_ways_to_say_the_same_are_understood(typed: str, stored: str) -> None:
    assert str(parse(typed)) == stored


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "such as kraken:BTC/USD, or a venue at the beginning, but nothing follows"),
        ("BTC/USD price > 5", "at the beginning, not 'BTC/USD'"),
        ("kraken:", "at the beginning, not 'kraken:'"),
        ("kraken:BTC/USD", "expected what to watch (price, spread, "),
        ("kraken:BTC/USD", "after 'kraken:BTC/USD', but nothing follows"),
        ("kraken:BTC/USD prize > 5", "after 'kraken:BTC/USD', not 'prize'"),
        ("kraken price > 5", "price needs a market: expected kraken:SYMBOL"),
        ("kraken:BTC/USD key", "expected kraken key"),
        ("kraken:A price 5", "(>, >=, <, <=, above, below, crosses) after 'price', not '5'"),
        ("kraken:A spread crosses 5", "a comparison (>, >=, <, <=, above, below) after"),
        ("kraken:A print < 5", "expected a comparison (>, >=, above) after 'print', not '<'"),
        ("kraken:A price >", "expected a number such as 66000 after '>', but nothing follows"),
        ("kraken:BTC/USD price > much", "expected a number such as 66000 after '>', not 'much'"),
        ("kraken:BTC/USD price > nan", "not 'nan'"),
        ("kraken:BTC/USD price > 1e999999", "not '1e999999'"),
        ("kraken:BTC/USD price > 0", "expected a positive number after '>', not '0'"),
        ("kraken:BTC/USD size > -1", "expected a positive number"),
        ("kraken:A size > 1 at home", "expected best, bid, ask or a price after 'at', not 'home'"),
        ("kraken:BTC/USD size > 1 at 0", "expected best, bid, ask or a price"),
        ("kraken:BTC/USD imbalance > 2", "from -1 (all asks) to 1 (all bids) after '>', not '2'"),
        ("kraken:BTC/USD basis > 5bp", "expected another market after 'basis', not '>'"),
        ("kraken:A basis kraken:A > 5bp", "expected another market such as binance:BTCUSDT"),
        ("kraken:BTC/USD basis binance > 5bp", "after 'basis', not 'binance'"),
        ("kraken stale > 10x", "expected a time such as 10s after '>', not '10x'"),
        ("kraken stale > 25h", "expected a day at most"),
        ("kraken gap twice", "(once, every, rearm, bell, notify, command, webhook) after 'gap'"),
        ("kraken gap every", "expected a time such as 60s after 'every', but nothing follows"),
        ("kraken gap once once", "expected every option only once"),
        ("kraken gap bell bell", "expected every option only once"),
        ("kraken gap " + "bell " * 100, "at most 400 characters"),
        ("kraken:\x1b[2J gap", "expected a symbol of at most 40 plain characters"),
        ("kraken:" + "A" * 41 + " gap", "expected a symbol of at most 40 plain characters"),
    ],
)  # fmt: skip
def test_an_error_is_one_sentence_about_what_was_expected_where(text: str, words: str) -> None:
    with pytest.raises(BadRule) as caught:
        parse(text)
    message = str(caught.value)
    assert words in message
    assert message.isprintable()
    assert len(message) < 250


@given(st.text(max_size=80) | st.lists(st.sampled_from(
    ["kraken:A", "kraken", "price", "basis", "size", "stale", ">", "5", "at", "best", "every",
     "10s", "once", "bell", "\x1b]0;x\x07", "\u202e"]), max_size=9).map(" ".join))  # fmt: skip
@example("kraken:A price > ٣")
def test_whatever_is_typed_is_a_rule_or_one_safe_sentence(text: str) -> None:
    stored, refusal = attempt(text)
    assert (stored + refusal).isprintable()
    assert "\n" not in refusal
    assert bool(stored) != bool(refusal)
    assert not stored or str(parse(stored)) == stored


def attempt(text: str) -> tuple[str, str]:
    """The rule that is stored, or else the words of the refusal."""
    try:
        return str(parse(text)), ""
    except BadRule as error:
        return "", str(error)


names = st.from_regex(r"[A-Z0-9][A-Z0-9/._-]{0,20}", fullmatch=True)
venues = st.from_regex(r"[a-z][a-z0-9_]{0,10}", fullmatch=True)
markets = st.builds(MarketKey, venues, names)
numbers = st.integers(1, 10**12).map(lambda units: f"{units // 10**6}.{units % 10**6:06d}")
shorn = numbers.map(lambda text: text.rstrip("0").rstrip("."))
actions = st.sets(st.sampled_from(ACTIONS)).map(
    lambda chosen: tuple(action for action in ACTIONS if action in chosen)
)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    kind = draw(st.sampled_from(sorted(UNITS)))
    subject = draw(markets)
    if kind == "key" or (kind in QUALITY and draw(st.booleans())):
        subject = MarketKey(subject.venue, "")
    op = value = at = ""
    if kind not in FLAGS:
        ops = [">", ">="] if kind in ("print", "stale") else [">", ">=", "<", "<="]
        op = draw(st.sampled_from([*ops, *(["crosses"] if kind == "price" else [])]))
        value = draw(shorn)
        if kind in ("basis", "imbalance"):
            value = draw(st.sampled_from(["", "-"])) + ("0.8" if kind == "imbalance" else value)
        if kind == "stale":
            value = str(draw(st.integers(0, 86_400)))
    if kind == "size":
        at = draw(st.sampled_from(["best", "bid", "ask"]) | shorn)
    other = MarketKey("other", draw(names) + "!") if kind == "basis" else None
    return Rule(
        subject, kind, op, value, at, other, draw(st.booleans()),
        draw(st.integers(0, 86_400)), draw(st.integers(0, 86_400)), draw(actions),
    )  # fmt: skip


@given(rules())
def test_a_rule_written_and_read_is_the_same_rule(rule: Rule) -> None:
    assert parse(str(rule)) == rule


def test_markets_are_taken_under_the_names_of_their_venue() -> None:
    def resolve(key: MarketKey) -> MarketKey:
        if key.venue == "nowhere":
            raise ValueError("unknown venue 'nowhere'; there are kraken")
        return MarketKey(key.venue, key.name.upper())

    assert parse("kraken:btc/usd price > 5", resolve).subject == BTC
    assert parse("kraken:A basis kraken:b > 5bp", resolve).other == MarketKey("kraken", "B")
    with pytest.raises(BadRule, match="unknown venue 'nowhere'; there are kraken"):
        parse("nowhere:X price > 5", resolve)
