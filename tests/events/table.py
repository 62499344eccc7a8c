"""The table: what happens (rows) to what was given out (columns), and what it should come to.

`+` lives on, `-` is dead, `.` is not there or says nothing. A new event is a row here and a line in
`acts`; a new kind of thing that can be given out is a column here and a line in `artefacts`.

    here   the session in the browser in which it happens     there  a session in another one
    half   a password was right, the second step is owed      trust  a trusted browser
    wait   the consent page, open in the other browser        code   a code, not yet redeemed
    jwt    a JWT access token at userinfo, opq an opaque one; `?` at introspection
    ref    a refresh token                                    2      the same, from the other session
    off    an access token with offline_access at userinfo, offr its refresh token
    link   a reset link                                       sign   somebody else's sign-up
"""  # noqa: E501 (a table)

TABLE = """
                        here there half trust wait code jwt jwt? opq opq? ref jwt2 ref2 off offr link sign
password changed          +    -    -     -    -    -    -   -    -   -    -   -    -    -   -    -    +
# PW06: other sessions and refresh tokens; CD05: the code; RT08: offline too; MF13: trust; RV02: the link
password reset            -    -    -     -    -    -    -   -    -   -    -   -    -    -   -    -    +
# PW06: forced for a reset, whoever is signed in where; RV02: the link is used up
second step on            +    -    .     .    -    -    -   -    -   -    -   -    -    -   -    -    +
# SE04, RT08, ASVS 7.4.3: what the password alone has opened ends, whoever has opened it; RV02: the link
second step off           +    -    -     .    -    -    -   -    -   -    -   -    -    -   -    -    +
# MF06, SE04, RT08; nothing is left to be spared
second step reset         -    -    -     .    -    -    -   -    -   -    -   -    -    -   -    -    +
# MF06: by an administrator; whoever asked for it on the phone signs in anew
recovery codes renewed    +    +    +     +    +    +    +   +    +   +    +   +    +    +   +    +    +
# MF05: the set is replaced; what lets somebody in is what it was
user turned off           -    -    -     -    -    -    -   -    -   -    -   -    -    -   -    -    +
# SE04: at once, in all workers; AT05, CD05, RT06; RV05: no link turns the account on
user deleted              -    -    -     -    -    -    -   -    -   -    -   -    -    -   -    -    +
# SE04, RV13: nothing outlives its owner
signed out                -    +    +     +    +    -    -   -    -   -    -   +    +    +   +    +    +
# LO04: the session and what lives by it, not what is offline; CD05: its code; A 7.4.1
signed out by the app     -    +    +     +    +    -    -   -    -   -    -   +    +    +   +    +    +
# OIDC RP-Initiated Logout 1.0 §2: the same, wherever it began
signed out elsewhere      +    -    +     -    -    +    +   +    +   +    +   -    -    +   +    +    +
# SE08: every session but this one, with what lives by them; MF13: other browsers are spared no more
one session ended         +    -    +     +    -    +    +   +    +   +    +   -    -    +   +    +    +
# SE08
signed out everywhere     -    -    -     -    -    -    -   -    -   -    -   -    -    -   -    -    +
# SE08, by an administrator; RT08: admin action, offline too; CD05
consent withdrawn         +    +    +     +    +    -    -   -    +   +    -   -    -    -   -    +    +
# CO06, AT05, CD05: tokens of that application at once, not those of another; it may ask again
application turned off    +    +    +     +    -    -    -   -    +   +    -   -    -    -   -    +    +
# AT05, CD05, RT06; README, hot paths: a worker may know a client for two seconds more
application deleted       +    +    +     +    -    -    -   -    +   +    -   -    -    -   -    +    +
# AT05: removal kills its codes, tokens, consents
address removed           +    +    +     +    -    -    +   +    +   +    +   +    +    +   +    +    +
# CD05: a code for an address that is registered no more; tokens know no address
"""  # noqa: E501 (a table)


def rows():
    """Return every row: its event, and for each column what is expected."""
    head, *lines = (line for line in TABLE.splitlines() if line and not line.startswith("#"))
    columns = head.split()
    for line in lines:
        name, *cells = line.rsplit(maxsplit=len(columns))
        yield name, dict(zip(columns, cells, strict=True))
