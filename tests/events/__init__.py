"""The event table: what happens to an account, and what of all that was given out survives it.

`table` says what should, `scene` makes one of everything that can be given out and tells whether
it lives, `acts` makes things happen, as people and administrators do, on the pages.
"""
