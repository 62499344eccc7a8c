"""People: their accounts, addresses, and what proves that it is they."""
