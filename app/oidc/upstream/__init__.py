"""We as the client of other OpenID providers: what is sent, and what of an answer is believed.

Authlib prepares requests and knows the rules of ID tokens; every byte goes through
upkeep.outgoing, and signatures through app.security. What becomes of an identity is not
decided here but in people.upstream_rules.
"""
