from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from wsdash.ui.band import MEASURED, PATIENCE, QUEUE, STEPS, Band
from wsdash.ui.output_stats import OutputStats
from wsdash.ui.ssh_queue import SshQueue


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_the_kernel_tells_what_a_peer_has_not_taken(family: socket.AddressFamily) -> None:
    host = "127.0.0.1" if family == socket.AF_INET else "::1"
    with socket.socket(family) as listening, socket.socket(family) as client:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        try:
            listening.bind((host, 0))
        except OSError:
            pytest.skip("no such addresses here")
        listening.listen()
        client.connect(listening.getsockname()[:2])
        server, _ = listening.accept()
        with server:
            ours, theirs = server.getsockname()[:2], client.getsockname()[:2]
            words = f"{theirs[0]} {theirs[1]} {ours[0]} {ours[1]}"
            queue = SshQueue({"SSH_CONNECTION": words})
            assert queue.waiting() == 0
            server.setblocking(False)
            sent = 0
            try:
                while True:
                    sent += server.send(b"x" * 65536)
            except BlockingIOError:
                pass
            assert 0 < queue.waiting() <= sent


def test_a_server_that_listens_on_both_families_is_found(tmp_path: Path) -> None:
    (tmp_path / "tcp6").write_text(
        "  sl  local_address remote_address st tx_queue rx_queue\n"
        "   3: 0000000000000000FFFF00000100007F:0016 "
        "0000000000000000FFFF00000200007F:C350 01 0001A000:00000000 01:00000014\n"
    )
    if sys.byteorder == "little":
        queue = SshQueue({"SSH_CONNECTION": "127.0.0.2 50000 127.0.0.1 22"}, tmp_path)
        assert queue.waiting() == 0x1A000
        other = SshQueue({"SSH_CONNECTION": "127.0.0.2 50001 127.0.0.1 22"}, tmp_path)
        assert other.waiting() == 0


@pytest.mark.parametrize("words", ["", "a b c d", "1.2.3.4 5 6.7.8.9", "1.2.3.4 x 5.6.7.8 22"])
def test_nothing_is_known_of_no_connection(words: str, tmp_path: Path) -> None:
    assert SshQueue({"SSH_CONNECTION": words}).waiting() == 0
    assert SshQueue({"SSH_CONNECTION": "1.2.3.4 5 6.7.8.9 22"}, tmp_path).waiting() == 0


def test_what_waits_for_an_ssh_client_makes_its_line_slow() -> None:
    now, queued, sent, stats = 0.0, QUEUE + 1, 2 * QUEUE, OutputStats()
    band = Band(lambda: stats, "auto", lambda: now, lambda: queued)
    cleared: list[float] = []
    band.cleared = lambda: cleared.append(now)

    def run(seconds: int) -> float | None:
        nonlocal now
        for _ in range(seconds):
            stats.wrote(sent if sent > QUEUE or not band.congested else 0, now)
            for _ in range(4):
                now += 0.25
                band.look()
        return band.fps

    assert run(PATIENCE + 1) == STEPS[0].fps
    assert band.congested
    assert not cleared
    sent = QUEUE // 4
    queued = QUEUE - 1  # neither slow nor well
    assert run(300) == STEPS[0].fps
    assert (band.congested, cleared) == (False, [PATIENCE + 2])
    queued = 0
    assert run(MEASURED + 2) is None


def test_a_line_of_the_kernel_that_breaks_off_tells_nothing(tmp_path: Path) -> None:
    ends = (
        "0100007F:0016 0200007F:C350"
        if sys.byteorder == "little"
        else "7F000001:0016 7F000002:C350"
    )
    queue = SshQueue({"SSH_CONNECTION": "127.0.0.2 50000 127.0.0.1 22"}, tmp_path)
    for rest in ("", " 01", " 01 x:0"):
        (tmp_path / "tcp").write_text(f"   3: {ends}{rest}")
        assert queue.waiting() == 0
