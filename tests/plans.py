"""How the database finds the answer to a statement."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Executable, text

from app.database import db, is_sqlite


def plan(statement: Executable, *, avoided: tuple[str, ...] = ("seqscan",)) -> str:
    """Return the plan; PostgreSQL avoids the ways in which it reads small tables."""
    compiled: Any = statement
    if is_sqlite():
        sql = compiled.compile(db.engine, compile_kwargs={"literal_binds": True})
        found = db.session.execute(text(f"EXPLAIN QUERY PLAN {sql}"))
        return "\n".join(str(tuple(row)) for row in found)
    for way in avoided:
        db.session.execute(text(f"SET LOCAL enable_{way} = off"))
    asked = compiled.compile(db.engine, compile_kwargs={"render_postcompile": True})
    rows = db.session.connection().exec_driver_sql(f"EXPLAIN {asked}", asked.params)
    return "\n".join(row[0] for row in rows)
