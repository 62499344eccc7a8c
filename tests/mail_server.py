"""A mail server that answers as it is told, and a certificate for it."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from contextlib import suppress
from pathlib import Path

Certificate = tuple[Path, Path]


class Server(threading.Thread):
    """A mail server of one connection, which answers as it is told and keeps what it was sent."""

    def __init__(
        self, context: ssl.SSLContext | None, answers: dict[str, str] | None = None
    ) -> None:
        super().__init__(daemon=True)
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.context = context
        self.answers = answers or {}
        self.heard: list[str] = []
        self.encrypted = False
        self.start()

    def run(self) -> None:
        """Take one connection and answer it."""
        with self.listening, suppress(OSError):  # a client that is not content hangs up
            self.connection, _ = self.listening.accept()
            try:
                self._converse()
            finally:
                self.connection.close()

    def _converse(self) -> None:
        self._say("220 mail.example")
        while line := self._line():
            verb = line.split()[0].upper()
            self._say(self.answers.get(verb) or self._answer(verb))
            if verb == "STARTTLS" and self.context:
                self.connection = self.context.wrap_socket(self.connection, server_side=True)
                self.encrypted = True
            if verb == "DATA" and verb not in self.answers:
                while self._line() != ".":
                    pass
                self._say("250 taken")
            if verb == "QUIT":
                return

    def _say(self, words: str) -> None:
        self.connection.sendall(f"{words}\r\n".encode())

    def _line(self) -> str:
        """Read one line, sign by sign: what follows may be encrypted."""
        line = b""
        while not line.endswith(b"\n") and (sign := self.connection.recv(1)):
            line += sign
        self.heard.append(line.decode(errors="replace").rstrip())
        return self.heard[-1]

    def _answer(self, verb: str) -> str:
        if verb == "EHLO":
            return "250-mail.example\r\n250-STARTTLS\r\n250 AUTH PLAIN"
        if verb == "STARTTLS":
            return "220 go on"
        return {"DATA": "354 go on", "AUTH": "235 welcome", "QUIT": "221 bye"}.get(verb, "250 ok")


def make_certificate(folder: Path) -> Certificate:
    """Make a certificate for localhost; return its file and that of its key."""
    key, pem = folder / "key.pem", folder / "cert.pem"
    words = f"req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout {key}"
    words += f" -out {pem} -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    subprocess.run(["openssl", *words.split()], check=True, capture_output=True)  # noqa: S603, S607 (fixed words)
    return pem, key


def context_with(certificate: Certificate) -> ssl.SSLContext:
    """Return the server's side of TLS."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(*certificate)
    return made
