"""Bench: how many requests a second the production server answers, on SQLite and PostgreSQL.

`python -m tests.bench` prints a table: rates, median and 99th percentile, processor time of one
operation, memory. A rate with one bad answer in it is not reported, and the exit status is 1.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from app import cores
from app.settings import Settings
from tests.bench.load import Pace, Rate
from tests.bench.machine import Meter, hashes_per_second
from tests.bench.measures import MEASURES
from tests.bench.postgres import durable_server
from tests.bench.seeds import Seeds, planted
from tests.bench.table import SIGN_IN, Column, as_document, failures, table
from tests.command_line import CommandLine
from tests.servers import live_server

ENGINES = ("sqlite", "postgres")
NAMES = tuple(measure.name for measure in MEASURES)
SECRET = "only for the bench and long enough for it"


@click.command()
@click.option("--engine", "engines", type=click.Choice(ENGINES), multiple=True, default=ENGINES)
@click.option(
    "--only", type=click.Choice(NAMES), multiple=True, default=NAMES, help="Measure this alone."
)
@click.option("--seconds", default=10, show_default=True, help="Length of each measurement.")
@click.option("--warm", default=3, show_default=True, help="Seconds of warm-up before each.")
@click.option("--connections", default=32, show_default=True)
@click.option("--workers", default=2, show_default=True)
@click.option("--people", default=8, show_default=True, help="Accounts with a live session.")
@click.option("--quick", is_flag=True, help="Three seconds each, one to warm up, three people.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Write the figures here too.")
def bench(engines: tuple[str, ...], only: tuple[str, ...], quick: bool, file: Path | None,  # noqa: FBT001 (a flag of the command line)
          workers: int, people: int, **pace: int) -> None:  # fmt: skip
    """Measure the production server under wrk; everything it needs is made and thrown away."""
    click.echo(f"load of the machine before: {os.getloadavg()[0]:.2f}", err=True)
    measured = Pace(3, 1) if quick else Pace(pace["seconds"], pace["warm"], pace["connections"])
    hashing = min(workers, len(cores.usable()))
    columns = []
    for engine in engines:
        with seeded(engine, workers=workers, people=3 if quick else people) as seeds:
            columns.append(_measure(engine, seeds, measured, only, hashing))
    click.echo(table(columns, measured, workers))
    if file:
        file.write_text(json.dumps(as_document(columns), indent=1), encoding="utf-8")
    sys.exit(1 if failures(columns) else 0)


def _measure(engine: str, seeds: Seeds, pace: Pace, only: tuple[str, ...], hashing: int) -> Column:
    meter = Meter(seeds.server.process.pid)
    column = Column(engine, idle_mib=meter.memory_mib())
    for measure in MEASURES:
        if measure.name not in only:
            continue
        if measure.name == SIGN_IN:
            before = hashes_per_second(pace.seconds / 2, hashing)
        try:
            rate = measure.load(seeds, pace).drive(pace, meter)
        except AssertionError as fault:
            rate = Rate(faults=str(fault))
        if measure.name == SIGN_IN:
            column.hashes = (before + hashes_per_second(pace.seconds / 2, hashing)) / 2
        column.rates[measure.name] = rate
        click.echo(
            f"{engine} {measure.name}: {rate.faults or f'{rate.per_second:.0f}/s'}", err=True
        )
    column.loaded_mib = meter.memory_mib()
    return column


@contextmanager
def seeded(engine: str, *, workers: int, people: int) -> Iterator[Seeds]:
    """Run a server on a new database of this engine, and plant what is measured."""
    with TemporaryDirectory(prefix="sealwax-bench-") as folder, _database(engine, folder) as url:
        settings = Settings(
            issuer="http://localhost:8000",
            database_url=url,
            secret_key=SECRET,
            encryption_key=SECRET,
            mail_folder=f"{folder}/mail",
            access_log=False,
            workers=workers,
        )
        CommandLine(settings).upgrade()
        with (
            live_server(settings) as server,
            planted(server, people=people) as seeds,
        ):
            yield seeds


@contextmanager
def _database(engine: str, folder: str) -> Iterator[str]:
    if engine == "sqlite":
        yield f"sqlite:///{folder}/bench.db"
    else:
        with durable_server() as url:
            yield url


if __name__ == "__main__":
    bench()
