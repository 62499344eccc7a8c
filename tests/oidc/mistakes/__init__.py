"""What goes wrong when an application is connected: each mistake, and what its trace names.

A mistake is a function in one of the tables; it plays the relying party that makes it, and returns
what its developer gets to see. `test_mistakes` judges the trace found by the reference.
"""
