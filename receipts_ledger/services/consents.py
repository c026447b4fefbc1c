"""Who meets which consent of an act, by its key or by its role.

Here a signature finds its place. Whether the act may be carried out is not asked here.
"""

from receipts_ledger.domain.act import Act
from receipts_ledger.domain.caller import Caller
from receipts_ledger.domain.consent import Need
from receipts_ledger.domain.ids import Address, PartyId
from receipts_ledger.domain.party import CompleteRecovery, Party, Role
from receipts_ledger.domain.pending import Consent, PendingAct
from receipts_ledger.errors import RefusalCode, Refused
from receipts_ledger.services.standing import Standing


def meets(need: Need, party_id: PartyId, party: Party) -> bool:
    """Tell whether this party in good standing can give this consent."""
    if need.key is not None or not (party.is_active or need.even_suspended):
        return False
    return _is_meant(need, party_id, party)


def places_of_key(pending: PendingAct, key: Address, standing: Standing) -> tuple[int, ...]:
    """Return the open places that a signature by this key fills.

    Raises Refused: UnknownKey for a key of nobody's, PartyNotActive, WrongRole, NotYourRole
    for a party that the act does not need, AlreadySigned when its places are filled.
    """
    party_id = standing.party_of(key)
    party = None if party_id is None else standing.party(party_id)
    fitting: list[Consent] = []
    for consent in pending.consents:
        need = consent.need(pending.act)
        if need.key is not None:
            if need.key == key:
                fitting.append(consent)
        elif party_id is not None and party is not None and meets(need, party_id, party):
            fitting.append(consent)
    if not fitting:
        raise _misplaced(pending, key, party_id, party)
    vacant = tuple(consent.position for consent in fitting if consent.signature is None)
    if not vacant:
        raise Refused(
            RefusalCode.ALREADY_SIGNED,
            "the consent that this key can give has been given",
            field="signature",
        )
    return vacant


def refuse_strangers(act: Act, needs: tuple[Need, ...], caller: Caller) -> None:
    """Raise Refused(NotYourRole) or (PartyNotActive) unless the caller may draft this act.

    The operator may draft everything, a party what needs its own consent. Drafting alone
    moves nothing.
    """
    if caller.party_id is None:
        return
    if caller.party is None:
        raise Refused(
            RefusalCode.PARTY_NOT_ACTIVE, f"party {caller.party_id} has not been admitted"
        )
    if any(meets(need, caller.party_id, caller.party) for need in needs):
        return
    # The key that completes a recovery speaks for nobody yet, so somebody else drafts for it.
    if isinstance(act, CompleteRecovery) and (
        caller.party_id == act.party or Role.REGISTRAR in caller.party.roles
    ):
        return
    if any(_is_meant(need, caller.party_id, caller.party) for need in needs):
        raise Refused(RefusalCode.PARTY_NOT_ACTIVE, f"party {caller.party_id} is suspended")
    # Who it is instead is not the caller's to know.
    raise Refused(
        RefusalCode.NOT_YOUR_ROLE,
        f"party {caller.party_id} is none of those who agree to this {type(act).__name__}",
    )


def _is_meant(need: Need, party_id: PartyId, party: Party) -> bool:
    if need.key is not None:
        return False
    if need.or_any and need.or_any in party.roles:
        return True
    return need.party in (None, party_id) and need.role in party.roles


def _misplaced(
    pending: PendingAct, key: Address, party_id: PartyId | None, party: Party | None
) -> Refused:
    if party_id is None or party is None:
        return Refused(
            RefusalCode.UNKNOWN_KEY,
            f"the signature is by key 0x{key.hex()}, which speaks for no party: a forgery, a "
            "revoked key, or a signature over another statement, chain or contract",
            field="signature",
            details={"key": "0x" + key.hex()},
        )
    for consent in pending.consents:
        need = consent.need(pending.act)
        if need.party in (None, party_id) and _is_meant(need, party_id, party):
            return Refused(
                RefusalCode.PARTY_NOT_ACTIVE, f"party {party_id} is suspended", field="signature"
            )
        if need.party == party_id:
            return Refused(
                RefusalCode.WRONG_ROLE,
                f"party {party_id} is no {str(need.role.name).lower()}",
                field="signature",
                details={"party_id": party_id, "role": int(need.role)},
            )
    return Refused(
        RefusalCode.NOT_YOUR_ROLE,
        f"the act does not need the consent of party {party_id}",
        field="signature",
        details={"party_id": party_id},
    )
