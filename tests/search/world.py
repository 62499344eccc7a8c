"""World: two accounts at most, an owner and an attacker, their mailboxes and identities.

Everything is a tuple or a frozen set, so that two ways to one world are one world. People are `O`
and `A`; whoever a secret is known to is named instead of the secret.
"""

from __future__ import annotations

from typing import NamedTuple

OWNER, ATTACKER = "O", "A"
PEOPLE = (OWNER, ATTACKER)
#: Addresses by whose mailbox they lead to.
HOME = {OWNER: "owner@", ATTACKER: "attacker@"}
ADDRESSES = tuple(HOME.values())
#: Identities elsewhere, at a provider of many directories: the addresses that may be told with
#: them, and what is told beside. Whoever runs a directory can write any address into it (nOAuth);
#: that the directory owns the domain, the provider alone can say.
KIND = "microsoft"
OWNED: tuple[tuple[str, bool], ...] = (("xms_edov", True),)
IDENTITIES = {
    OWNER: (("owner@", OWNED),),
    ATTACKER: (("attacker@", OWNED), ("owner@", ())),
}
NOBODY = ""
#: The owner's password, when the attacker has learned it.
LEAKED = "both"
MOST_ACCOUNTS = 2


class Account(NamedTuple):
    """What lets somebody in, and who has been in."""

    #: Addresses that were proved, and those that somebody claims.
    verified: frozenset[str] = frozenset()
    claimed: frozenset[str] = frozenset()
    primary: str = NOBODY
    #: Who knows the password, has the phone, or is known by an identity elsewhere.
    password: str = NOBODY
    phone: str = NOBODY
    linked: frozenset[str] = frozenset()
    passkeys: frozenset[str] = frozenset()
    #: Who is signed in, and who ever was by their own proof.
    sessions: frozenset[str] = frozenset()
    entered: frozenset[str] = frozenset()
    #: The owner had a phone from the start: reading the owner's mail must not be enough.
    is_guarded: bool = False


class SignUp(NamedTuple):
    """A wish for an account, in the browser of `by`, with a code in the mailbox of `address`."""

    by: str
    address: str
    identity: str = NOBODY


class Link(NamedTuple):
    """A link in the mailbox of `address`, for an account."""

    kind: str
    account: int
    address: str
    #: Counts upwards: which change came first.
    age: int = 0


class World(NamedTuple):
    """Everything."""

    accounts: tuple[Account | None, ...] = (None,) * MOST_ACCOUNTS
    sign_ups: frozenset[SignUp] = frozenset()
    links: frozenset[Link] = frozenset()
    #: Who can read which mailbox.
    readers: frozenset[tuple[str, str]] = frozenset((who, HOME[who]) for who in PEOPLE)
    #: The attacker knows the owner's password; over when the owner has looked through it all.
    is_breached: bool = False

    def at(self, number: int) -> Account:
        """Return a living account."""
        found = self.accounts[number]
        assert found is not None
        return found

    def living(self):
        """Yield the number and the account of each."""
        return ((n, account) for n, account in enumerate(self.accounts) if account is not None)

    def owner_of(self, address: str) -> int | None:
        """Return the account of which this is a proved address."""
        return next((n for n, each in self.living() if address in each.verified), None)

    def put(self, number: int, account: Account | None) -> World:
        """Return the world with one account changed."""
        changed = (*self.accounts[:number], account, *self.accounts[number + 1 :])
        return self._replace(accounts=changed)

    def change(self, number: int, **parts) -> World:
        """Return the world with parts of one account changed."""
        return self.put(number, self.at(number)._replace(**parts))

    def without_links(self, number: int, *kinds: str) -> World:
        """Return the world without the links of these kinds for an account."""
        kept = {link for link in self.links if link.account != number or link.kind not in kinds}
        return self._replace(links=frozenset(kept))

    def add(self, account: Account) -> World:
        """Return the world with one more account; without room it stays as it is."""
        free = next((n for n, each in enumerate(self.accounts) if each is None), None)
        return self if free is None else self.put(free, account)


def own_account(who: str, **parts) -> Account:
    """Return the account of somebody who has used it."""
    home = HOME[who]
    usual = {
        "verified": frozenset({home}),
        "primary": home,
        "password": who,
        "entered": frozenset({who}),
    }
    return Account(**usual | parts)


_HELD = {"sessions": frozenset({ATTACKER})}
_LEAKED = _HELD | {"password": LEAKED}
STARTS = {
    "nobody is there": World(),
    "both are there": World((own_account(OWNER), own_account(ATTACKER))),
    "the attacker reads the owner's mail, but has no phone": World(
        (own_account(OWNER, phone=OWNER, is_guarded=True), None),
        readers=frozenset({*World().readers, (ATTACKER, HOME[OWNER])}),
    ),
    "the attacker knows the password": World(
        (own_account(OWNER, **_LEAKED), None), is_breached=True
    ),
    "the attacker holds a session and has added an address": World(
        (own_account(OWNER, **_HELD | {"verified": frozenset(ADDRESSES)}), None), is_breached=True
    ),
}


def is_bad(world: World) -> bool:
    """Tell whether an account is open to the one and to the other.

    It does not count while the owner has not taken back what was stolen; nor where somebody who
    reads all mail makes an account of their own with it.
    """
    is_read = (ATTACKER, HOME[OWNER]) in world.readers
    return any(
        len(account.entered | (frozenset() if world.is_breached else account.sessions)) > 1
        for _, account in world.living()
        if account.is_guarded or not is_read
    )
