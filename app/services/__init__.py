"""The rules: one subject a file, verbs that take rows and plain values.

They flush and never commit; they know no HTTP, no form and no Authlib.
"""
