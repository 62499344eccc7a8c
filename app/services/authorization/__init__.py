"""Authorization: sessions, consents, codes, tokens, and the keys that sign them."""
