"""The control socket: `stop` from any other terminal of the same user, and nothing else.

Rule 1: the answer "stop sent" comes as soon as the stop bytes are on their way, a second one when the session is over.
Rule 2: only the owner may connect: the directory is 0700 and the socket 0600.
"""

import os
import socket
from pathlib import Path

from stimctl.errors import ConfigError
from stimctl.model.as_json import json_line

__all__ = ["Control", "socket_path"]

_MOST_CLIENTS = 8
_LONGEST_PATH = 107


def socket_path(run: Path, session_id: str) -> Path:
    """Where a session's control socket is."""
    return run / f"{session_id}.sock"


class Control:
    """A listening socket and whoever is connected. ConfigError if its path is too long for a socket."""

    def __init__(self, path: Path) -> None:
        if len(os.fsencode(path)) > _LONGEST_PATH:
            raise ConfigError(
                f"{path} is too long for a socket ({_LONGEST_PATH} bytes); set STIMCTL_HOME to a shorter one"
            )
        self._path = path
        path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(os.fspath(path))
        path.chmod(0o600)
        self._listener.listen(_MOST_CLIENTS)
        self._listener.setblocking(False)
        self._clients: list[socket.socket] = []
        self._waiting: list[socket.socket] = []

    def filenos(self) -> list[int]:
        """What to wait on."""
        return [self._listener.fileno(), *(client.fileno() for client in self._clients)]

    def stop_asked(self) -> bool:
        """Take what has come in; whether somebody asks for a stop."""
        self._accept()
        asked = False
        for client in list(self._clients):
            try:
                word = client.recv(64)
            except BlockingIOError:
                continue
            except OSError:
                word = b""
            self._clients.remove(client)
            if word.strip() == b"stop":
                self._waiting.append(client)
                asked = True
            else:
                client.close()
        return asked

    def answer(self, **words: object) -> None:
        """Say something to everybody who asked for a stop."""
        line = json_line({"version": 1, **words}).encode() + b"\n"
        for client in list(self._waiting):
            try:
                client.send(line)
            except OSError:
                self._waiting.remove(client)
                client.close()

    def close(self) -> None:
        """Gone, with its file."""
        for one in (*self._clients, *self._waiting, self._listener):
            one.close()
        self._path.unlink(missing_ok=True)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                # nobody, or no descriptor left for them; those who are here go first
                return
            client.setblocking(False)
            self._clients.append(client)
            if len(self._clients) > _MOST_CLIENTS:
                # who connects and says nothing makes room for who does
                self._clients.pop(0).close()
