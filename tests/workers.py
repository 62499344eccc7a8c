"""Each worker of a live server by itself: what one of them remembers, another may not know.

The kernel deals connections to the workers, so connections are opened until each has one; which
worker holds the other end of a connection is read from /proc.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.servers import LiveServer
from tests.transports import HttpxTransport

#: With two workers, a fair kernel fails to reach one of them once in two to the power of this.
MOST_CONNECTIONS = 60
PROC = Path("/proc")


@contextmanager
def each_worker(live: LiveServer) -> Iterator[list[HttpxTransport]]:
    """Open one lasting connection to each worker."""
    with ExitStack() as stack:
        found: dict[int, HttpxTransport] = {}
        for _ in range(MOST_CONNECTIONS):
            transport = HttpxTransport(connections=1)
            stack.callback(transport.close)
            worker = _worker_behind(transport, live)
            found.setdefault(worker, transport)
            if len(found) == live.settings.workers:
                break
        assert len(found) == live.settings.workers, f"only these answered: {sorted(found)}"
        yield list(found.values())


def _worker_behind(transport: HttpxTransport, live: LiveServer) -> int:
    """Return the process that answers on this connection."""
    transport.send("GET", f"{live.url}/health/live")
    socket = _socket_at(live.settings.port, transport.client_port)
    return next(pid for pid in family(live.process.pid) if socket in _open_files(pid))


def _socket_at(server_port: int, client_port: int) -> str:
    """Return the socket of the server's end, as /proc/<pid>/fd names it."""
    for table in ("tcp", "tcp6"):
        for line in (PROC / "net" / table).read_text().splitlines()[1:]:
            fields = line.split()
            ports = [int(end.rpartition(":")[2], 16) for end in fields[1:3]]
            if ports == [server_port, client_port]:
                return f"socket:[{fields[9]}]"
    message = f"nobody holds the connection from port {client_port}"
    raise AssertionError(message)


def family(pid: int) -> Iterator[int]:
    """Yield a process and those it has started."""
    yield pid
    for task in (PROC / str(pid) / "task").iterdir():
        for child in (task / "children").read_text().split():
            yield from family(int(child))


def _open_files(pid: int) -> set[str]:
    return {str(entry.readlink()) for entry in (PROC / str(pid) / "fd").iterdir()}
