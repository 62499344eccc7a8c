"""Who has an account is nobody's business: the same answer, in the same time, for every address.

`asked` holds what a stranger may ask about an address, `samples` measures and compares.
"""
