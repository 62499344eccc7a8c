"""The specifications, in Authlib's idiom: what the wire says, never what a table says.

Every class subclasses Authlib's; rules come from services. No page and no form in here.
"""
