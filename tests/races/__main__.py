"""Race: thousands of rounds in which one code or token is wanted by eight at once.

`python -m tests.races` runs them against the production server with several workers, on SQLite and
PostgreSQL. The exit status is 1 when a single round comes out wrong.
"""

from __future__ import annotations

import sys
from time import perf_counter

import click

from tests.bench.__main__ import ENGINES, seeded
from tests.races.rounds import WIDTH, race_codes, race_devices, race_polls, race_refresh

RACES = {
    "code": race_codes,
    "refresh": race_refresh,
    "device": race_devices,
    "poll": race_polls,
}
MOST_FAULTS_SHOWN = 10


@click.command()
@click.option("--rounds", default=1000, show_default=True, envvar="RACE_ROUNDS")
@click.option("--width", default=WIDTH, show_default=True, help="How many want it at once.")
@click.option("--workers", default=4, show_default=True)
@click.option("--engine", "engines", type=click.Choice(ENGINES), multiple=True, default=ENGINES)
def race(rounds: int, width: int, workers: int, engines: tuple[str, ...]) -> None:
    """Race codes, refresh tokens and devices against a live server; its database is thrown away."""
    faulty = 0
    for engine in engines:
        with seeded(engine, workers=workers, people=4) as seeds:
            for name, run in RACES.items():
                started = perf_counter()
                tally = run(seeds, rounds=rounds, width=width)
                took = perf_counter() - started
                click.echo(f"{engine}, {workers} workers, {name} by {width}: {tally}, {took:.0f} s")
                for fault in tally.faults[:MOST_FAULTS_SHOWN]:
                    click.echo(f"  {fault}")
                faulty += len(tally.faults)
    sys.exit(1 if faulty else 0)


if __name__ == "__main__":
    race()
