"""Bytes and strings: pure functions that would compile in another project.

No table, no request, no settings in here.
"""
