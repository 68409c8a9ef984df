"""Recordings that begin and end while a feed runs, at the trader's word."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from wsdash.feed.clock import Clock
from wsdash.feed.live import LiveFeed
from wsdash.feed.recorder import Recorder
from wsdash.feed.recording import RecordingError


class Recordings:
    """Records a feed from time to time, each time into a new file.

    Args:
        feed: recorded as it goes on, its books first.
        folder: where the files go; made where it does not exist.
        clock: names the files, and goes into them.
    """

    def __init__(self, feed: LiveFeed, folder: Path, clock: Clock) -> None:
        self._feed, self._folder, self._clock = feed, folder, clock
        self._recorder: Recorder | None = None
        self._file = folder

    @property
    def running(self) -> bool:
        """Whether something is recorded."""
        return self._recorder is not None

    def start(self) -> Path:
        """Begin a recording and return its file.

        Raises:
            RecordingError: it cannot be made.
        """
        moment = datetime.fromtimestamp(self._clock.wall(), UTC)
        self._file = self._folder / f"wsdash-{moment:%Y%m%d-%H%M%S}.jsonl.gz"
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise RecordingError(f"{self._folder}: {error.strerror}") from None
        recorder = self._recorder = Recorder(self._file, self._clock)
        supervisor = self._feed.supervisor
        recorder.begin(line.connection for line in supervisor.lines.values())
        supervisor.listeners.append(recorder)
        supervisor.recording = True
        self._feed.board.gaps.listeners.append(recorder.gap)
        return self._file

    def problem(self) -> str:
        """Return why the recording ended by itself; empty while it goes on or was ended."""
        return self._recorder.problem if self._recorder is not None else ""

    def stop(self) -> tuple[Path, int]:
        """End the recording, if there is one; return its file and how many records it has."""
        recorder, self._recorder = self._recorder, None
        if recorder is None:
            return self._file, 0
        self._feed.supervisor.listeners.remove(recorder)
        self._feed.board.gaps.listeners.remove(recorder.gap)
        recorder.close()
        return self._file, recorder.records
