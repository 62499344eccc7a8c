"""The rules: one subject a file, verbs that take rows and plain values.

Four wings, and each may ask those after it: people, authorization, clients, upkeep.

They flush and never commit; they know no HTTP, no form and no Authlib.
"""
