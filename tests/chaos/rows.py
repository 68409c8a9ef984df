"""The faults that must be survived, as data: what happens, and when it counts as survived."""

from __future__ import annotations

from typing import Final, NamedTuple


class Row(NamedTuple):
    """One fault.

    Attributes:
        title: what happens.
        survived: what must be true for a case of it to pass.
    """

    title: str
    survived: str


GROUPS: Final = {
    "A": "Network",
    "B": "Handshake",
    "C": "WebSocket protocol",
    "D": "What venues say",
    "E": "This program",
    "F": "The terminal",
    "G": "Hostile input and secrets",
}

ROWS: Final[dict[str, Row]] = {
    "A1": Row(
        "Names do not resolve: unknown, refused, slow, dead",
        "the loop goes on while a name is resolved; live again within 16 s of the name's return; "
        "one log line per change of state",
    ),
    "A2": Row(
        "TCP refused, or reset in the middle",
        "marked within 0.25 s of the loss; live again within 16 s of the service's return",
    ),
    "A3": Row(
        "The first of two addresses is a black hole",
        "connected over the second within 1 s",
    ),
    "A4": Row(
        "TLS: expired, wrong host, unknown authority, no TLS at all",
        "a bad certificate parks within 2 s and is not knocked on again; nothing is sent before it",
    ),
    "A5": Row(
        "Proxies: in the environment, refusing, answering 407, silent",
        "no proxy unless the settings say so; its password is in no message",
    ),
    "A6": Row(
        "A connection dies without a word, in one direction or both",
        "given up within 6 s where the venue beats each second, within 11 s elsewhere; "
        "no closing handshake is waited for",
    ),
    "A7": Row(
        "A slow, narrow, jittery path",
        "no storm of reconnects; what is shown as live is true",
    ),
    "A8": Row(
        "The route goes away and comes back",
        "live again within 16 s of the route's return without a key pressed",
    ),
    "A9": Row(
        "The machine slept, or the process was stopped",
        "nothing from before is drawn as live; live again within 5 s of waking",
    ),
    "A10": Row(
        "The wall clock jumps by an hour",
        "no reconnect and no wrong age; nothing in the feed asks the machine for the time",
    ),
    "B1": Row(
        "429 and 418: rate limited, banned",
        "no attempt before the time the venue named; the venue's budget is never exceeded",
    ),
    "B2": Row(
        "401, 403, 451: not welcome",
        "parked after one (451) or three attempts, tried again by key or after minutes",
    ),
    "B3": Row(
        "5xx and 52x, maintenance, endless bodies",
        "waited for and recovered from; the body is not kept",
    ),
    "B4": Row(
        "Redirects, also to a private address",
        "not followed; not one request reaches the target",
    ),
    "B5": Row(
        "A handshake that drips, or never answers",
        "given up at 8 s; other venues notice nothing",
    ),
    "B6": Row(
        "Not a WebSocket: a portal's page, a wrong accept key, a first frame glued to the upgrade",
        "parked after three in a row; the glued frame is not lost",
    ),
    "C1": Row(
        "Accepts and closes, again and again",
        "at most 12 attempts in the first minute and 35 in five",
    ),
    "C2": Row(
        "Every close code there is, and none",
        "every one is recovered from; the reason cannot move the cursor",
    ),
    "C3": Row(
        "The loop is busy, or more comes than can be read",
        "not disconnected; pings are answered",
    ),
    "C4": Row(
        "A message larger than is taken",
        "three in a row park; memory stays bounded",
    ),
    "C5": Row(
        "Frames that break the protocol",
        "every one ends the connection, which then recovers; memory stays bounded",
    ),
    "C6": Row(
        "Compression: bombs, garbage",
        "compression is never agreed to; a compressed frame ends the connection",
    ),
    "C7": Row(
        "The closing handshake never ends",
        "nobody waits for it longer than a second",
    ),
    "C8": Row(
        "A flood of control frames without data",
        "it does not pass for data: the silence is noticed as without it",
    ),
    "D1": Row(
        "A gap in the sequence",
        "noticed at the very next message; only that symbol resyncs; live within 2 s",
    ),
    "D2": Row(
        "Duplicates, swapped messages, replays",
        "no print counts twice; the book stays true or is marked",
    ),
    "D3": Row(
        "A snapshot older or newer than the changes, refused, or late",
        "never live from a bad one; synced after a good one",
    ),
    "D4": Row(
        "The checksum does not agree",
        "noticed at that message; only that symbol resyncs; often in a row parks it",
    ),
    "D5": Row(
        "A crossed or locked book",
        "marked and fetched anew; never repaired in silence",
    ),
    "D6": Row(
        "An empty book, or an empty side",
        "said in words; no error",
    ),
    "D7": Row(
        "Levels that left the subscribed depth",
        "no level beyond the depth stays",
    ),
    "D8": Row(
        "Subscriptions refused, in part, late, or never acknowledged",
        "every channel has a state of its own and none is assumed",
    ),
    "D9": Row(
        "One channel falls silent on a healthy connection",
        "stale within a second of its limit, asked for anew, live within 10 s",
    ),
    "D10": Row(
        "A quiet market, heartbeats only, data that comes late",
        "quiet is never called stale; without heartbeats it is noticed within 6 s",
    ),
    "D11": Row(
        "The venue announces a restart",
        "moved to a new connection at once, without a stale second where there is one",
    ),
    "D12": Row(
        "A connection that is ended once a day",
        "replaced before that, with no stale second and no print lost or doubled",
    ),
    "D13": Row(
        "Keys expired, revoked, or not allowed",
        "market data goes on; at most three attempts; the key is in no message",
    ),
    "D14": Row(
        "The clock here is not the venue's",
        "the offset is measured, said, and used to sign",
    ),
    "D15": Row(
        "Limits on messages sent",
        "never exceeded, however many symbols subscribe",
    ),
    "D16": Row(
        "A symbol that is gone",
        "it alone is parked; the others are live within 5 s",
    ),
    "D17": Row(
        "Numbers that are none, or absurd",
        "none reaches a book; a message takes less than 5 ms",
    ),
    "D18": Row(
        "Unknown messages, changed fields, another shape",
        "counted and shown; no crash; no wrong book shown as live",
    ),
    "E1": Row(
        "The terminal does not read",
        "the loop is never held up; no reconnect; one repaint when it reads again",
    ),
    "E2": Row(
        "The loop stalls, or drawing is slow",
        "the lag is measured and shown; the feed goes on",
    ),
    "E3": Row(
        "A burst of messages",
        "queues stay bounded; the book equals the truth at the end",
    ),
    "E4": Row(
        "Days of running",
        "memory, tasks and descriptors stay flat",
    ),
    "E5": Row(
        "The disk is full, or cannot be written",
        "the recording stops and says so, whole up to its last record; the feed goes on",
    ),
    "E6": Row(
        "A settings file cut or corrupted anywhere",
        "a short sentence with the place and no value; exit code 2; no traceback",
    ),
    "E7": Row(
        "A recording cut or corrupted anywhere",
        "every whole record before the cut plays; what is damaged is counted",
    ),
    "E8": Row(
        "A worker crashes, again and again; descriptors run out",
        "only its own connection is affected; parked after the fifth; nothing dies unseen",
    ),
    "E9": Row(
        "A widget crashes, or the whole screen",
        "a pane's crash stays in the pane; a fatal one restores the terminal and exits 70",
    ),
    "F1": Row(
        "TERM, HUP, INT, QUIT: idle, busy, stalled",
        "the terminal is as before; the exit code is 128 and the signal's number",
    ),
    "F2": Row(
        "The terminal is gone, also where HUP is ignored; stdin ends",
        "gone within 2 s with 129",
    ),
    "F3": Row(
        "Stopped and continued",
        "the terminal is clean while stopped; a whole picture after it",
    ),
    "F4": Row(
        "Storms of resizes, tiny and huge screens",
        "alive; right after the last; the state word stands at 40x10",
    ),
    "F5": Row(
        "Plain terminals: no colour, no UTF-8, no terminal at all",
        "states are words; ASCII means ASCII; a pipe gets no escape",
    ),
    "F6": Row(
        "tmux: left, returned to, killed",
        "the right picture on return; nothing left running",
    ),
    "F7": Row(
        "The ssh connection dies",
        "nothing that makes a terminal type garbage was ever switched on",
    ),
    "G1": Row(
        "Escape sequences in anything a venue can send",
        "not one reaches the terminal, a log or a file",
    ),
    "G2": Row(
        "Markup in anything a venue can send",
        "shown as text; no crash, no link",
    ),
    "G3": Row(
        "Text that turns, hides, stacks or is too long",
        "marked; columns stay aligned",
    ),
    "G4": Row(
        "Secrets in crash reports and core files",
        "none: no locals, redacted, no core, not readable by other processes",
    ),
    "G5": Row(
        "Secrets in logs, addresses and error messages",
        "none, in any encoding",
    ),
    "G6": Row(
        "Secrets in recordings, pictures, clipboard and on the screen",
        "none; the account's frames are not recorded",
    ),
    "G7": Row(
        "Key files that others can read, environments that children inherit",
        "refused; children get no secret; none is on a command line",
    ),
    "G8": Row(
        "A key that can trade or withdraw",
        "asked before anything private; withdrawal refuses, trading warns",
    ),
    "G9": Row(
        "Addresses that would give a key away",
        "refused: plain text beyond this machine, user names, other schemes; no redirect followed",
    ),
    "G10": Row(
        "Bombs of JSON and numbers",
        "no crash; no message takes longer than 50 ms",
    ),
    "G11": Row(
        "A recording made to harm",
        "refused or skipped within seconds and in bounded memory",
    ),
    "G12": Row(
        "A package that was tampered with",
        "one changed byte fails the install; only listed packages are imported",
    ),
}

assert len(ROWS) == 70
