"""Cells that spreadsheets would take for formulas and run (CSV injection)."""

from __future__ import annotations

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def is_formula(cell: str) -> bool:
    """Tell whether a spreadsheet would run a cell."""
    return cell.startswith(FORMULA)


def harmless(cell: str) -> str:
    """Return a cell as none runs it: strangers choose names, agents and addresses."""
    return f"'{cell}" if is_formula(cell) else cell
