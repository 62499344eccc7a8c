"""The table: what happens (rows) to what was given out (columns), and what it should come to.

`+` lives on, `-` is dead, `.` is not there or says nothing. A new event is a row here and a line in
`acts`; a new kind of thing that can be given out is a column here and a line in `artefacts`.

    here   the session in the browser in which it happens     there  a session in another one
    aside  one in a third browser, where somebody else is in  half   a password was right, the second step is owed
    trust  a trusted browser                                  wait   the consent page, open in the other browser
    ask    the page that asks whether to link an identity     code   a code, not yet redeemed
    dev    a device code, approved and not yet redeemed  devw   the page that asks about another, open in the other browser
    jwt    a JWT access token at userinfo, opq an opaque one; `?` at introspection
    ref    a refresh token                                    2      the same, from the other session
    off    an access token with offline_access at userinfo, offr its refresh token
    link   a link for a new password                          claim  a link that confirms one more address
    back   a mailed way back to an earlier primary address
    pk     a passkey                                          up     an identity at another provider
    sign   somebody else's sign-up                            inv    somebody else's invitation
    file   a link to a file of everything that is kept; its owner signs in first
"""  # noqa: E501 (a table)

TABLE = """
                           here there aside half trust wait ask code dev devw jwt jwt? opq opq? ref jwt2 ref2 off offr link claim back pk up sign inv file
password changed           +    -     -     -    -     -    +   -    -   -    -   -    -   -    -   -    -    -   -    -    +     +    +  +  +    +    +
# PW06: other sessions and refresh tokens; CD05: the code; RT08: offline too; MF13: trust; RV02: the link
password reset             -    -     -     -    -     -    -   -    -   -    -   -    -   -    -   -    -    -   -    -    +     +    +  +  +    +    +
# PW06: forced for a reset, whoever is signed in where; RV02: the link is used up
second step on             +    -     -     .    .     -    +   -    -   -    -   -    -   -    -   -    -    -   -    -    +     +    +  +  +    +    +
# SE04, RT08, ASVS 7.4.3: what the password alone has opened ends, whoever has opened it; RV02: the link
second step off            +    -     -     -    .     -    +   -    -   -    -   -    -   -    -   -    -    -   -    -    +     +    +  +  +    +    +
# MF06, SE04, RT08; nothing is left to be spared
second step reset          -    -     -     -    .     -    -   -    -   -    -   -    -   -    -   -    -    -   -    -    +     +    -  +  +    +    +
# MF06: by an administrator; whoever asked for it on the phone signs in anew
recovery codes renewed     +    +     +     +    +     +    +   +    +   +    +   +    +   +    +   +    +    +   +    +    +     +    +  +  +    +    +
# MF05: the set is replaced; what lets somebody in is what it was
user turned off            -    -     -     -    -     -    -   -    -   -    -   -    -   -    -   -    -    -   -    -    -     +    -  -  +    +    -
# SE04: at once, in all workers; AT05, CD05, RT06; RV05: no link turns the account on
user deleted               -    -     -     -    -     -    -   -    -   -    -   -    -   -    -   -    -    -   -    -    -     -    -  -  +    +    -
# SE04, RV13: nothing outlives its owner
signed out                 -    +     +     +    +     +    -   -    -   +    -   -    -   -    -   +    +    +   +    +    +     +    +  +  +    +    +
# LO04: the session and what lives by it, not what is offline; CD05: its code; A 7.4.1
signed out by the app      -    +     +     +    +     +    -   -    -   +    -   -    -   -    -   +    +    +   +    +    +     +    +  +  +    +    +
# OIDC RP-Initiated Logout 1.0 §2: the same, wherever it began
signed out elsewhere       +    -     -     +    -     -    +   +    +   -    +   +    +   +    +   -    -    +   +    +    +     +    +  +  +    +    +
# SE08: every session but this one, with what lives by them; MF13: other browsers are spared no more
one session ended          +    -     +     +    +     -    +   +    +   -    +   +    +   +    +   -    -    +   +    +    +     +    +  +  +    +    +
# SE08
signed out everywhere      -    -     -     -    -     -    -   -    -   -    -   -    -   -    -   -    -    -   -    -    +     +    +  +  +    +    +
# SE08, by an administrator; RT08: admin action, offline too; CD05
consent withdrawn          +    +     +     +    +     +    +   -    -   +    -   -    +   +    -   -    -    -   -    +    +     +    +  +  +    +    +
# CO06, AT05, CD05: tokens of that application at once, not those of another; it may ask again
application turned off     +    +     +     +    +     -    +   -    -   -    -   -    +   +    -   -    -    -   -    +    +     +    +  +  +    +    +
# AT05, CD05, RT06; README, hot paths: a worker may know a client for two seconds more
application deleted        +    +     +     +    +     -    +   -    -   -    -   -    +   +    -   -    -    -   -    +    +     +    +  +  +    +    +
# AT05: removal kills its codes, tokens, consents
redirect URI removed       +    +     +     +    +     -    +   -    +   +    +   +    +   +    +   +    +    +   +    +    +     +    +  +  +    +    +
# CD05: a code for an address that is registered no more; tokens and devices know no address
passkey added              +    +     +     +    +     +    +   +    +   +    +   +    +   +    +   +    +    +   +    +    +     +    +  +  +    +    +
# MF06: mailed to the owner; one more way in takes nothing from anybody
passkey removed            +    -     -     -    -     -    +   -    -   -    -   -    -   -    -   -    -    -   -    -    +     +    -  +  +    +    +
# MF06, RT08, A 7.4.3: the device may be lost, and what it opened; MF13: trust; RV02: the link
email added                +    +     +     +    +     +    +   +    +   +    +   +    +   +    +   +    +    +   +    +    -     +    +  +  +    +    +
# RV08: an address counts once it is confirmed; the link that confirms it works once
email changed              +    +     +     +    +     +    +   +    +   +    +   +    +   +    +   +    +    +   +    -    +     +    +  +  +    +    +
# RV07: the owner of the old address is told, with a way back; RV02: a link mailed before is dead
email removed              +    +     +     +    +     +    +   +    +   +    +   +    +   +    +   +    +    +   +    -    +     +    +  +  +    +    +
# RV02: a link for a new password is bound to an address
email reverted             -    -     -     -    -     -    -   -    -   -    -   -    -   -    -   -    -    -   -    -    -     +    -  -  +    +    +
# RV07: what was begun without its owner ends, with passkeys and links to others made meanwhile;
# ways back from earlier changes stay, or a thief who changes it twice would undo this
identity linked            +    +     +     +    +     +    -   +    +   +    +   +    +   +    +   +    +    +   +    +    +     +    +  +  +    +    +
# RV08: both sides proved in one session; one identity at a time waits for an answer
identity removed           +    -     -     -    -     -    +   -    -   -    -   -    -   -    -   -    -    -   -    -    +     +    +  -  +    +    +
# MF06, A 7.4.3: every other session, as with a passkey
provider turned off        +    +     +     +    +     +    -   +    +   +    +   +    +   +    +   +    +    +   +    +    +     +    +  -  +    +    +
# AD11: nobody comes that way, and nothing is linked; who is in stays in
provider deleted           +    +     +     +    +     +    -   +    +   +    +   +    +   +    +   +    +    +   +    +    +     +    +  -  +    +    +
# the same, and what was linked is forgotten
another signs in here      -    +     +     +    +     +    -   +    +   +    +   +    +   +    +   +    +    +   +    +    +     +    +  +  +    +    +
# LG03, ux.md 2.7: the session is set aside, not ended; what waits for its person waits for nobody else
the other signs out there  +    +     +     +    +     +    +   +    +   +    +   +    +   +    +   +    +    +   +    +    +     +    +  +  +    +    +
# ux.md 2.7: a sign-out is of the current account alone
all sign out there         +    +     -     +    +     +    +   +    +   +    +   +    +   +    +   +    +    +   +    +    +     +    +  +  +    +    +
# ux.md 2.7, LO04: every account of that browser
taken off a browser        +    +     -     +    +     +    +   +    +   +    +   +    +   +    +   +    +    +   +    +    +     +    +  +  +    +    +
# ux.md 2.7: signed out there, and forgotten
invitation revoked         +    +     +     +    +     +    +   +    +   +    +   +    +   +    +   +    +    +   +    +    +     +    +  +  +    -    +
# RV02
invitation sent again      +    +     +     +    +     +    +   +    +   +    +   +    +   +    +   +    +    +   +    +    +     +    +  +  +    -    +
# RV06: a new link is the end of the one before
invitation accepted        +    +     +     +    +     +    +   +    +   +    +   +    +   +    +   +    +    +   +    +    +     +    +  +  +    -    +
# RV02: used once
deletion asked             -    -     -     -    -     -    -   -    -   -    -   -    -   -    -   -    -    -   -    -    -     +    -  -  +    +    -
# RV13, SE04: dead at once; a sign-in leads to the page that keeps it; RV07: a thief may have asked
deletion cancelled         -    -     -     -    -     -    -   -    -   -    -   -    -   -    -   -    -    -   -    -    +     +    +  +  +    +    -
# RV13: what lets its owner in does so again; what was signed out stays so
deletion due               -    -     -     -    -     -    -   -    -   -    -   -    -   -    -   -    -    -   -    -    -     -    -  -  +    +    -
# RV13, SE04: nothing outlives its owner
it was somebody else       +    -     -     -    -     -    +   -    -   -    -   -    -   -    -   -    -    -   -    -    +     +    -  -  +    +    +
# ux.md 2.14: the walk to its end shuts out whoever was in, and every way in that was looked at
"""  # noqa: E501 (a table)


def rows():
    """Return every row: its event, and for each column what is expected."""
    head, *lines = (line for line in TABLE.splitlines() if line and not line.startswith("#"))
    columns = head.split()
    for line in lines:
        name, *cells = line.rsplit(maxsplit=len(columns))
        yield name, dict(zip(columns, cells, strict=True))
