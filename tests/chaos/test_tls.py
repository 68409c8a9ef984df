"""Certificates that must not be believed, made on the spot, on real sockets."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.chaos.house import link, toy_feed, until
from websockets.asyncio.server import ServerConnection, serve

from wsdash.feed.causes import classify
from wsdash.feed.link import LinkState
from wsdash.feed.sockets import opener

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")

PAST, NOW, FUTURE = ("20200101000000Z", "20200301000000Z"), None, ("20900101000000Z",) * 2
KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
AUTHORITY = """[ca]
default_ca = own
[own]
database = {folder}/{name}.index
new_certs_dir = {folder}
certificate = {folder}/{name}.pem
private_key = {folder}/{name}.key
default_md = sha256
default_days = 30
policy = any
copy_extensions = copy
rand_serial = yes
unique_subject = no
[any]
commonName = supplied
"""


def openssl(*words: str | Path) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True, timeout=20)


def authority(folder: Path, name: str) -> None:
    """Make an authority that signs what it is asked to."""
    files = ("-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem")
    openssl("req", "-x509", *KEY, *files, "-days", "30", "-subj", f"/CN={name}")
    (folder / f"{name}.index").write_text("")
    (folder / f"{name}.conf").write_text(AUTHORITY.format(folder=folder, name=name))


def certificate(folder: Path, signer: str, host: str, dates: tuple[str, str] | None) -> None:
    """Have an authority sign a certificate for a host, valid between two dates."""
    names = ("-subj", "/CN=venue", "-addext", f"subjectAltName=DNS:{host}")
    files = ("-keyout", folder / "host.key", "-out", folder / "host.csr")
    openssl("req", "-new", *KEY, *files, *names)
    period = () if dates is None else ("-startdate", dates[0], "-enddate", dates[1])
    wanted = ("-in", folder / "host.csr", "-out", folder / "host.pem", "-batch", "-notext")
    openssl("ca", "-config", folder / f"{signer}.conf", *wanted, *period)


CASES: dict[str, tuple[str, str, tuple[str, str] | None, str]] = {
    "expired": ("known", "localhost", PAST, "tls: certificate has expired"),
    "not valid yet": ("known", "localhost", FUTURE, "tls: certificate is not yet valid"),
    "another host": (
        "known", "other.example", NOW,
        "tls: Hostname mismatch, certificate is not valid for 'localhost'.",
    ),
    "an unknown authority": (
        "unknown", "localhost", NOW, "tls: unable to get local issuer certificate",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    authority(folder, "known")
    authority(folder, "unknown")
    return folder


@asynccontextmanager
async def venue(folder: Path, heard: list[str]) -> AsyncIterator[str]:
    """A venue behind the certificate that lies in a folder; it notes the requests it hears."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "host.pem", folder / "host.key")

    async def meet(connection: ServerConnection) -> None:
        assert connection.request is not None
        heard.append(connection.request.path)
        await connection.send("beat")
        await connection.wait_closed()

    async with serve(meet, "127.0.0.1", 0, ssl=context) as server:
        yield f"wss://localhost:{server.sockets[0].getsockname()[1]}/v2"


@pytest.mark.row("A4")
@pytest.mark.parametrize("name", CASES)
async def test_a_certificate_that_proves_nothing_parks_at_once_and_nothing_is_sent(
    name: str, authorities: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signer, host, dates, words = CASES[name]
    certificate(authorities, signer, host, dates)
    monkeypatch.setenv("SSL_CERT_FILE", str(authorities / "known.pem"))
    heard: list[str] = []
    async with venue(authorities, heard) as address, toy_feed(address) as feed:
        await until(lambda: link(feed).state is LinkState.PARKED)
        assert link(feed).reason == words
        assert (link(feed).retry_at or 0.0) - feed.now() > 200
    assert heard == []


@pytest.mark.row("A4")
async def test_a_certificate_of_a_known_authority_opens(
    authorities: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate(authorities, "known", "localhost", NOW)
    monkeypatch.setenv("SSL_CERT_FILE", str(authorities / "known.pem"))
    heard: list[str] = []
    async with venue(authorities, heard) as address:
        socket = await opener()(address, 1_000)
        assert await socket.recv(decode=False) == b"beat"
        socket.abort()
    assert heard == ["/v2"]


@pytest.mark.row("A4")
async def test_a_connection_that_dies_in_the_tls_handshake_is_tried_again() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(16)
        writer.transport.abort()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    address = f"wss://localhost:{server.sockets[0].getsockname()[1]}/v2"
    async with server:
        with pytest.raises(OSError) as caught:  # noqa: PT011 - its kind is what is looked at
            await opener()(address, 1_000)
    assert not classify(caught.value, address).park_after
