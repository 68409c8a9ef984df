"""Signatures against the vectors both venues print in their documentation."""

from __future__ import annotations

import pytest

from wsdash.exchange import binance_auth as auth
from wsdash.exchange.binance_queries import BinanceError
from wsdash.exchange.signing import Keys, binance_signature, keys, kraken_signature

KRAKEN = "kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg=="
BINANCE = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"
KEY = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        (
            "/0/private/AddOrder",
            "nonce=1616492376594&ordertype=limit&pair=XBTUSD&price=37500&type=buy&volume=1.25",
            "4/dpxb3iT4tp/ZCVEwSnEsLxx0bqyhLpdfOpc6fn7OR8+UClSV5n9E6aSS8MPtnRfp32bAb0nmbRn6H8ndwLUQ==",
        ),
        (
            "/0/private/GetWebSocketsToken",
            "nonce=1616492376594",
            "+mRDmY9Ks0Moc1zjv/BjfvYa98buO0x1yHChZR5onlfAzAUbfIYlLggUZzdQ0RsmXm4Sh+Q8iAIZdo2wSeHeiA==",
        ),
    ],
)
def test_kraken_signature(path: str, body: str, expected: str) -> None:
    assert kraken_signature(KRAKEN, path, "1616492376594", body) == expected


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        (
            {"timestamp": "1660801839480", "apiKey": KEY, "signature": "-"},
            "83303b4a136ac1371795f465808367242685a9e3a42b22edb4d977d0696eb45c",
        ),
        (
            {"timestamp": "1747385641636", "apiKey": KEY},
            "681110a6057ad58657af22f5640fab9dd17418834cdfccdc81be8b0f7b2cde3e",
        ),
        (
            {"timestamp": "1747385641636", "recvWindow": "5000", "apiKey": KEY},
            "49601ffc5b0122c3c7ee3ea85ef7d6cd76256f5191a57c976418faa32e917653",
        ),
    ],
)
def test_binance_socket_signature(params: dict[str, str], expected: str) -> None:
    payload = auth.api_payload(params)
    assert binance_signature(BINANCE, payload) == expected
    auth.check_signature(Keys(KEY, BINANCE), payload, expected)


def test_binance_rest_signature_comes_last_in_the_query() -> None:
    query = (
        "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1"
        "&recvWindow=5000&timestamp=1499827319559"
        "&signature=c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71"
    )
    auth.check_signature(Keys(KEY, BINANCE), *auth.rest_payload(query))


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, -1102),
        ({"timestamp": "abc"}, -1100),
        ({"timestamp": "11000"}, -1021),
        ({"timestamp": "4000"}, -1021),
        ({"timestamp": "10000", "recvWindow": "60001"}, -1131),
    ],
)
def test_binance_refuses_requests_outside_their_window(params: dict[str, str], code: int) -> None:
    with pytest.raises(BinanceError) as caught:
        auth.check_times(params, 10_000)
    assert caught.value.code == code


def test_keys_follow_from_the_seed_and_differ_by_venue() -> None:
    assert keys(1, "kraken") == keys(1, "kraken")
    assert keys(1, "kraken") != keys(2, "kraken")
    assert keys(1, "kraken").api_secret != keys(1, "binance").api_secret
