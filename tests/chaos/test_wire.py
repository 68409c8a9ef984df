"""Real sockets against a proxy and against servers made of bytes."""

from __future__ import annotations

import asyncio
import struct
import zlib

import pytest
from tests.chaos.house import (
    BTC,
    SPOT,
    TOY,
    books,
    feed_on,
    is_live,
    link,
    memory,
    reasons,
    state,
    toy_feed,
    until,
)
from tests.chaos.plugin import Figure
from tests.chaos.proxy import Proxy
from tests.chaos.raw import (
    BINARY,
    CLOSE,
    MORE,
    PING,
    PONG,
    Act,
    Peer,
    frame,
    talk,
    talker,
    theatre,
)

from wsdash.exchange import Exchange
from wsdash.feed.link import LinkState
from wsdash.feed.market import ChannelState

pytestmark = pytest.mark.timeout(120)


def through(exchange: Exchange, proxies: dict[str, Proxy]) -> dict[str, tuple[str, str]]:
    """Addresses of an exchange's venues, each behind its proxy."""
    found = {}
    for venue, proxy in proxies.items():
        socket = exchange.urls[venue]["ws_url"].replace(f":{exchange.port}/", f":{proxy.port}/")
        found[venue] = (socket, exchange.urls[venue]["rest_url"])
    return found


# --------------------------------------------------------------------------- the network


@pytest.mark.slow
@pytest.mark.row("A6", "C7")
@pytest.mark.parametrize("direction", ["down", "both"])
async def test_a_connection_that_dies_without_a_word_is_given_up(
    direction: str, figure: Figure
) -> None:
    """Nobody closes anything: only silence tells."""
    async with (
        Exchange(seed=5) as exchange,
        Proxy(exchange.port).open() as kraken,
        Proxy(exchange.port).open() as binance,
    ):
        feed = feed_on(through(exchange, {"kraken": kraken, "binance": binance}))
        async with feed.running():
            feed.want(books(*SPOT.values()))
            await until(lambda: all(is_live(feed, key) for key in SPOT.values()))
            loop = asyncio.get_running_loop()
            for proxy in (kraken, binance):
                proxy.half_open(direction)  # type: ignore[arg-type]
            start = loop.time()
            await until(lambda: link(feed, "kraken").state is LinkState.BACKOFF)
            beating = loop.time() - start
            await until(lambda: link(feed, "binance").state is LinkState.BACKOFF)
            others = loop.time() - start
            figure("S2", beating=beating, others=others)
            for proxy in (kraken, binance):
                proxy.heal()
            await until(lambda: all(is_live(feed, key) for key in SPOT.values()), 30)


@pytest.mark.slow
@pytest.mark.row("A6")
async def test_a_venue_that_no_longer_hears_us_is_given_up(figure: Figure) -> None:
    """Data still comes, but what we say is lost: the pings find it."""
    async with Exchange(seed=5) as exchange, Proxy(exchange.port).open() as proxy:
        feed = feed_on(through(exchange, {"binance": proxy}))
        async with feed.running():
            feed.want(books(BTC["binance"]))
            await until(lambda: is_live(feed, BTC["binance"]))
            proxy.half_open("up")
            took = await until(lambda: link(feed, "binance").state is LinkState.BACKOFF, 15)
            figure("S2", others=took)
            proxy.heal()
            await until(lambda: is_live(feed, BTC["binance"]), 30)


async def resets(venue: str, times: int) -> tuple[list[float], list[float], list[str]]:
    """Reset a connection in the middle of data, again and again.

    Returns:
        Seconds until each loss was marked, seconds until the book was live again, and the causes.
    """
    marked, back = [], []
    async with Exchange(seed=6) as exchange, Proxy(exchange.port).open() as proxy:
        feed = feed_on(through(exchange, {venue: proxy}))
        key = BTC[venue]
        async with feed.running():
            feed.want(books(key))
            await until(lambda: is_live(feed, key))
            for _ in range(times):
                proxy.reset_peer()
                marked.append(await until(lambda: state(feed, key) is ChannelState.STALE))
                back.append(marked[-1] + await until(lambda: is_live(feed, key), 30))
        return marked, back, reasons(feed)


@pytest.mark.row("A2")
@pytest.mark.parametrize("venue", ["kraken", "binance", "bybit"])
async def test_a_reset_in_the_middle_of_data_is_named_and_got_over(
    venue: str, figure: Figure
) -> None:
    _, back, causes = await resets(venue, 3)
    figure("S6", seconds=back)
    assert causes[0] in ("connection reset", "lost 1006 (no close frame)")


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.row("A2")
@pytest.mark.parametrize("venue", ["kraken", "binance"])
async def test_how_soon_a_loss_is_marked(venue: str, figure: Figure) -> None:
    """Measured where no other test runs. A few losses a feed: it waits longer after each."""
    for _ in range(8):
        marked, _, _ = await resets(venue, 3)
        figure("S4", lost=marked)
        assert len(marked) == 3


@pytest.mark.slow
@pytest.mark.row("A7")
async def test_a_slow_narrow_jittery_path_costs_no_connection() -> None:
    async with Exchange(seed=7) as exchange, Proxy(exchange.port).open() as proxy:
        proxy.up.latency = proxy.down.latency = 0.2
        proxy.up.jitter = proxy.down.jitter = 0.1
        proxy.down.bandwidth = 256_000 / 8
        proxy.down.slicer = 700
        feed = feed_on(through(exchange, {"kraken": proxy, "binance": proxy}))
        async with feed.running():
            feed.want(books(*SPOT.values()))
            await until(lambda: all(is_live(feed, key) for key in SPOT.values()), 40)
            attempts = proxy.accepted
            await asyncio.sleep(20)
            assert proxy.accepted - attempts <= 2


@pytest.mark.row("C5", "D18")
async def test_bytes_that_flip_on_the_way_show_no_wrong_state() -> None:
    """TCP's own check is weak: what it lets through is caught by ours, or breaks the protocol."""
    async with Exchange(seed=8) as exchange, Proxy(exchange.port, seed=3).open() as proxy:
        feed = feed_on(through(exchange, {"kraken": proxy}))
        async with feed.running():
            feed.want(books(BTC["kraken"]))
            await until(lambda: is_live(feed, BTC["kraken"]))
            proxy.down.corrupt = 0.3
            before = len(feed.log)
            await until(lambda: len(feed.log) > before + 2)
            proxy.heal()
            await until(lambda: is_live(feed, BTC["kraken"]), 40)


@pytest.mark.row("A2")
@pytest.mark.parametrize("limit", [50, 300, 2_000])
async def test_a_connection_cut_after_some_bytes_is_got_over(limit: int) -> None:
    async with Exchange(seed=9) as exchange, Proxy(exchange.port).open() as proxy:
        proxy.down.limit_data = limit
        feed = feed_on(through(exchange, {"binance": proxy}))
        async with feed.running():
            feed.want(books(BTC["binance"]))
            await until(lambda: link(feed, "binance").state is LinkState.BACKOFF)
            assert not is_live(feed, BTC["binance"])
            proxy.heal()
            await until(lambda: is_live(feed, BTC["binance"]))


# -------------------------------------------------------------------------- the handshake


@pytest.mark.slow
@pytest.mark.row("B5")
async def test_a_handshake_that_drips_or_never_comes_is_given_up_after_eight_seconds(
    figure: Figure,
) -> None:
    async def drip(peer: Peer) -> None:
        await peer.ask()
        for byte in b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n" * 5:
            await peer.say(bytes([byte]))
            await asyncio.sleep(0.5)

    async with (
        theatre(drip) as dripping,
        theatre(Peer.stay) as silent,
        theatre(talker()) as healthy,
        toy_feed(dripping.address) as one,
        toy_feed(silent.address) as two,
        toy_feed(healthy.address) as three,
    ):
        await until(lambda: is_live(three))
        loop = asyncio.get_running_loop()
        start = loop.time()
        for feed in (one, two):
            await until(lambda: link(feed).state is LinkState.BACKOFF)  # noqa: B023
            assert link(feed).reason.startswith("no answer from")
        figure("B5", seconds=loop.time() - start)
        assert len(healthy.peers) == 1
        assert is_live(three)


def answering(head: bytes, body: bytes = b"") -> Act:
    async def act(peer: Peer) -> None:
        await peer.ask()
        await peer.say(head + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await peer.stay()

    return act


async def wrong_key(peer: Peer) -> None:
    await peer.ask()
    await peer.say(peer.upgrade(key=b"bm90IHRoZSBrZXkgYXQgYWxsIQ=="))
    await peer.stay()


async def no_upgrade(peer: Peer) -> None:
    await peer.ask()
    await peer.say(peer.upgrade().replace(b"Upgrade: websocket\r\n", b""))
    await peer.stay()


@pytest.mark.row("B6")
@pytest.mark.parametrize(
    "act",
    [
        answering(b"HTTP/1.1 200 OK\r\nContent-Type: text/html", b"<h1>Log in</h1>"),
        wrong_key,
        no_upgrade,
        answering(b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html", b"?"),
    ],
    ids=["portal", "wrong key", "no upgrade", "404"],
)
async def test_what_is_no_websocket_is_parked_after_the_third_time(act: Act) -> None:
    async with theatre(act, act, act, talker()) as house, toy_feed(house.address) as feed:
        await until(lambda: link(feed).state is LinkState.PARKED)
        assert len(house.peers) == 3
        assert link(feed).reason.startswith("not a WebSocket endpoint")
        feed.reconnect("toy")
        await until(lambda: is_live(feed))


@pytest.mark.row("B6")
async def test_a_first_frame_glued_to_the_handshake_is_not_lost() -> None:
    glued = frame(b"listed BTC ETH")
    async with theatre(talker(first=glued)) as house, toy_feed(house.address) as feed:
        await until(lambda: "ETH" in feed.board.instruments.get("toy", {}))


@pytest.mark.row("B3")
async def test_an_endless_body_is_not_kept() -> None:
    async def endless(peer: Peer) -> None:
        await peer.ask()
        await peer.say(b"HTTP/1.1 503 No\r\nContent-Type: text/html\r\n\r\n")
        for _ in range(400):
            await peer.say(b"<p>" * 20_000)

    async with theatre(endless, endless, talker()) as house, toy_feed(house.address) as feed:
        before = memory()
        await until(lambda: len(house.peers) >= 2)
        await until(lambda: is_live(feed))
        assert memory() - before < 30
        assert all(len(reason) < 200 for reason in reasons(feed))


@pytest.mark.row("B4", "G9")
@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_nothing_reaches_the_place_a_redirect_points_to(status: int) -> None:
    async with theatre(talker()) as target:
        away = answering(b"HTTP/1.1 %d Elsewhere\r\nLocation: " % status + target.address.encode())
        async with theatre(away) as house, toy_feed(house.address) as feed:
            await until(lambda: link(feed).state is LinkState.PARKED)
            assert link(feed).reason == "redirected to 127.0.0.1, not followed"
            await asyncio.sleep(0.3)
        assert target.peers == []


# --------------------------------------------------------------------------- the protocol


def saying(*pieces: bytes, wait: bool = True) -> Act:
    """Open, talk until there is a book, then say these bytes."""

    async def act(peer: Peer) -> None:
        await peer.open()
        await talk(peer, 0.03, 8)
        for piece in pieces:
            await peer.say(piece)
        if wait:
            await peer.stay()

    return act


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH)[:-4]


BROKEN: dict[str, list[bytes]] = {
    "a reserved opcode": [frame(b"", 3)],
    "a reserved control opcode": [frame(b"", 11)],
    "a reserved bit": [frame(b"beat", bits=2)],
    "all reserved bits": [frame(b"beat", bits=7)],
    "a continuation of nothing": [frame(b"beat", MORE)],
    "a message within a message": [frame(b"be", fin=False), frame(b"at")],
    "a ping in pieces": [frame(b"", PING, fin=False)],
    "a ping too long": [frame(b"x" * 126, PING)],
    "a close of one byte": [frame(b"\x03", CLOSE)],
    "a close with a code that may not be": [frame(struct.pack("!H", 1005), CLOSE)],
    "a close with a code nobody has": [frame(struct.pack("!H", 999), CLOSE)],
    "a close with a reason that is not UTF-8": [frame(struct.pack("!H", 1000) + b"\xff", CLOSE)],
    "text that is not UTF-8": [frame(b"\xc3\x28 beat")],
    "text that ends in half a letter": [frame(b"beat \xe2\x82")],
    "a masked frame": [b"\x81\x84\x00\x00\x00\x00beat"],
    "a negative length": [b"\x81\x7f" + b"\xff" * 8],
    "fragments without end": [frame(b"", fin=False)] + [frame(b"", MORE, fin=False) * 5_000] * 40,
    "a compressed frame nobody agreed to": [frame(deflated(b"beat"), bits=4)],
    "a bomb of a compressed frame": [frame(deflated(b"\0" * 20_000_000), BINARY, bits=4)],
}


@pytest.mark.row("C5", "C6")
@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_frame_ends_the_connection_and_the_next_one_lives(name: str) -> None:
    async with theatre(saying(*BROKEN[name]), talker()) as house, toy_feed(house.address) as feed:
        await until(lambda: is_live(feed))
        await until(lambda: link(feed).state is not LinkState.LIVE)
        assert state(feed) is not ChannelState.LIVE
        await until(lambda: len(house.peers) == 2 and is_live(feed))
        assert "crashed" not in " ".join(reasons(feed))


@pytest.mark.row("C6")
async def test_compression_is_never_offered() -> None:
    async with theatre(talker()) as house, toy_feed(house.address) as feed:
        await until(lambda: is_live(feed))
        assert b"extensions" not in house.peers[0].request.lower()


@pytest.mark.row("C6", "C5")
async def test_broken_frames_and_bombs_take_no_memory(figure: Figure) -> None:
    before = memory()
    acts = [saying(*BROKEN[name]) for name in BROKEN if "bomb" in name or "without end" in name]
    async with theatre(*acts, talker()) as house, toy_feed(house.address) as feed:
        await until(lambda: len(house.peers) == len(acts) + 1 and is_live(feed), 40)
    figure("C6", megabytes=memory() - before)
    assert memory() - before < 30


@pytest.mark.slow
@pytest.mark.row("C4")
@pytest.mark.parametrize(
    "pieces",
    [
        [frame(b"x" * 2_000_000)],
        [frame(b"x" * 600_000, fin=False), frame(b"x" * 600_000, MORE)],
        [b"\x81\x7f" + struct.pack("!Q", 8 * 2**30)],
    ],
    ids=["2 MB", "in two pieces", "8 GB said to come"],
)
async def test_a_message_larger_than_is_taken_parks_after_the_third(pieces: list[bytes]) -> None:
    before = memory()
    async with (
        theatre(saying(*pieces)) as house,
        toy_feed(house.address, max_size=1_000_000) as feed,
    ):
        await until(lambda: link(feed).state is LinkState.PARKED, 30)
        assert len(house.peers) == 3
        assert link(feed).reason == "message larger than this client takes"
    assert memory() - before < 40


@pytest.mark.row("C7")
@pytest.mark.parametrize(
    ("last", "words"),
    [
        (
            frame(struct.pack("!H", 1001) + b"see you", CLOSE),
            "closed 1001 (venue going away): see you",
        ),
        (frame(b"", 3), "protocol error 1002"),
        (frame(b"\xff"), "protocol error 1007 (text that is not UTF-8)"),
    ],
    ids=["goodbye", "broken", "no text"],
)
async def test_nobody_waits_for_a_closing_handshake_that_never_ends(
    last: bytes, words: str, figure: Figure
) -> None:
    """The venue says that it closes, or breaks the protocol, and keeps the connection open."""
    said: list[float] = []

    async def act(peer: Peer) -> None:
        await peer.open()
        await talk(peer, 0.03, 8)
        said.append(asyncio.get_running_loop().time())
        await peer.say(last)
        await peer.stay()

    async with theatre(act, talker()) as house, toy_feed(house.address) as feed:
        await until(lambda: link(feed).state is LinkState.BACKOFF)
        took = asyncio.get_running_loop().time() - said[0]
        figure("C7", seconds=took)
        assert took < 2.5, "half a second is what it is given; heartbeats would take five"
        await until(lambda: len(house.peers) == 2 and is_live(feed))
        assert reasons(feed)[0] == words


@pytest.mark.row("C2", "G1")
async def test_the_reason_of_a_close_cannot_move_the_cursor() -> None:
    reason = "\x1b]52;c;aGk=\x07\x1b[2Jpwned\x9b31m".encode()
    goodbye = frame(struct.pack("!H", 1008) + reason, CLOSE)
    async with theatre(saying(goodbye), talker()) as house, toy_feed(house.address) as feed:
        await until(lambda: len(house.peers) == 2 and is_live(feed))
        (said,) = [text for text in reasons(feed) if "1008" in text]
        assert said.isprintable()
        assert "pwned" in said


@pytest.mark.slow
@pytest.mark.row("C8")
async def test_a_flood_of_pings_does_not_pass_for_data(figure: Figure) -> None:
    async def flood(peer: Peer) -> None:
        await peer.open()
        await talk(peer, 0.05, 40)
        while True:
            await peer.say(frame(b"", PING) * 10 + frame(b"", PONG) * 10)
            await asyncio.sleep(0.01)

    async with theatre(flood, talker()) as house, toy_feed(house.address) as feed:
        await until(lambda: is_live(feed))
        await asyncio.sleep(2.2)
        stream = feed.board.market(TOY).streams["book"]
        heard = stream.received_at or 0.0
        await until(lambda: link(feed).state is LinkState.BACKOFF)
        figure("C8", seconds=feed.now() - heard)
        assert link(feed).reason.startswith("silent for")
        await until(lambda: len(house.peers) == 2 and is_live(feed))


async def flooding(peer: Peer) -> None:
    """Twenty thousand books a second, and a ping now and then that wants its pong."""
    await peer.open()
    await talk(peer, 0.05, 5)
    loop = asyncio.get_running_loop()
    waits: list[float] = []
    start, sent, number = loop.time(), 0, 0

    async def hear() -> None:
        while True:
            opcode, payload = await peer.hear()
            if opcode == PONG and payload:
                waits.append(loop.time() - float(payload))
            elif opcode == PING:
                await peer.say(frame(payload, PONG))

    hearing = asyncio.create_task(hear())
    try:
        while loop.time() - start < 6.0:
            number += 1
            await peer.say(b"".join(frame(f"book BTC {sent + n}".encode()) for n in range(200)))
            sent += 200
            if number % 20 == 0:
                await peer.say(frame(repr(loop.time()).encode(), PING))
            await asyncio.sleep(max(0.0, start + sent / 20_000 - loop.time()))
        peer.request = repr((sent, sorted(waits))).encode()
    finally:
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)


@pytest.mark.slow
@pytest.mark.row("C3", "E3")
async def test_pings_are_answered_under_a_flood_and_nobody_is_disconnected(figure: Figure) -> None:
    import ast

    async with theatre(flooding, talker()) as house, toy_feed(house.address) as feed:
        await until(lambda: len(house.peers) == 2, 30)
        sent, waits = ast.literal_eval(house.peers[0].request.decode())
        stream = feed.board.market(TOY).streams["book"]
        assert stream.messages > sent * 0.9
        assert len(waits) > 10
        figure("C3", messages=sent, pong_p99=waits[int(len(waits) * 0.99)])


@pytest.mark.row("C3", "E2")
async def test_a_loop_that_is_held_up_costs_no_connection() -> None:
    import time

    async with theatre(talker()) as house, toy_feed(house.address) as feed:
        await until(lambda: is_live(feed))
        for _ in range(3):
            time.sleep(1.2)  # noqa: ASYNC251 - the fault itself
            await asyncio.sleep(0.2)
        await until(lambda: is_live(feed))
        assert len(house.peers) == 1
