"""Extensions of the code grant, in order of execution.

Authlib keeps hooks in a set, so two extensions may not claim one event; `Provider` asserts it.
"""

from app.oidc.extensions.pkce import Pkce

EXTENSIONS = (Pkce(),)
