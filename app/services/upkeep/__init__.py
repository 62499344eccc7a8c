"""Upkeep: what every other wing stands on: the record, mail, counts, and the broom."""
