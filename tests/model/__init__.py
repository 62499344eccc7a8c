"""A stateful model of signing in: what people do, in any order, and what must always be true.

`world` holds people, browsers and a witness that sees every request and knows every secret;
`truths` says what follows from what was seen; `machine` holds the acts, from which hypothesis
makes sequences; `planted` holds bugs that the model has to find.
"""
