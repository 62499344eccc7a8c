"""A stateful model of signing in: what people do, in any order, and what must always be true.

`world` holds people, browsers and what is known of them; `witness` sees every request and what it
proves, `permits` what it may change; `truths` says what follows from what was seen. The acts, from
which hypothesis makes sequences, are in `coming`, `ways_in`, `endings` and `machine`. `planted`
holds bugs that the model has to find, `hunts` the acts with which each is looked for.
"""
