"""An exhaustive search of a small model of accounts: can one person get into another's?

`world` says what there is, `rules` states the product's rules and where each is kept, `moves` says
what people can do under them, `bugs` breaks one rule each. Everything is tried, to a stated depth.
"""
