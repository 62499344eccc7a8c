"""Rules: the product's, one by one, with the place each is kept in; a bug replaces one.

Where the product decides in a function without database and request, the search calls that very
function: the first members. The others state again what queries and constraints do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.services.people import step_rules, upstream_rules
from app.services.people.step_rules import Owed
from app.services.people.upstream_rules import Facts, Verdict


@dataclass(frozen=True)
class Rules:
    """What must be so; every member that is false, or not the product's, is a planted bug."""

    #: What becomes of an identity that another provider has proved.
    decide: Callable[[Facts], Verdict] = upstream_rules.decide
    #: A provider's word about an address counts only where the provider runs the mailbox.
    is_proven: Callable[..., bool] = upstream_rules.email_is_proven
    #: Every way in asks for the second step (security.md MF01).
    owed: Callable[..., Owed] = step_rules.owed
    #: services/people/sign_ups.py: the account exists only when a mailed code proves the address.
    account_waits_for_proof: bool = True
    #: services/people/sign_ups.py, _code_digest: the code is good in the browser that asked for it.
    code_is_bound_to_browser: bool = True
    #: services/people/sign_ups.py: an address that has an account gets a mail without a code.
    taken_address_makes_nothing: bool = True
    #: services/people/resets.py, begin: a reset goes to a proved address alone.
    reset_needs_proved_address: bool = True
    #: services/people/resets.py, use; security.md RV05: what the reset leaves in place.
    reset_keeps_second_step: bool = True
    #: services/people/resets.py, use; PW06: sessions end, links from before are dead (epoch).
    reset_ends_the_rest: bool = True
    #: services/people/upstream_identities.py, owner: found by issuer and subject, never by an
    #: address (RV08, nOAuth).
    address_links_nothing: bool = True
    #: A link is bound to the browser and session that asked for it, and to nobody else's proof.
    link_is_bound_to_asker: bool = True
    #: A new address is confirmed in a session of the account that asked for it (RV07).
    change_is_bound_to_session: bool = True
    #: An address that somebody merely claims is nobody's identity (RV08).
    claim_is_no_address: bool = True
    #: services/people/address_changes.py, promote: an address to which a way back leads is put back
    #: by hand as by the link, and what was between gets no way back: whoever changes the address
    #: there and back would keep a way in that its owner cannot see (RV07).
    going_back_by_hand_is_going_back: bool = True
    #: The mailed way back ends what was added since, and ways back from later changes (RV07).
    way_back_ends_later_ones: bool = True
    #: The mailed way back drops every other address and link: any could ask for a new password.
    way_back_drops_the_rest: bool = True
    #: The mailed way back drops passkeys and links to others that were made meanwhile.
    way_back_drops_ways_in: bool = True
    #: When an address is taken off the account, links for a new password are dead.
    removed_address_opens_nothing: bool = True
    #: An invitation makes an account; it opens none that is there (CVE-2026-1529).
    invitation_makes_new_accounts: bool = True
    #: Deleting an account ends every link to it; who comes next gets none of it (JO12).
    deletion_ends_links: bool = True


HONEST = Rules()
