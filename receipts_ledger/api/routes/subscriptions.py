"""Webhooks: who wants to be told of what, and where."""

from datetime import timedelta
from typing import get_args

from fastapi import APIRouter, Response

from receipts_ledger.api.answers.subscriptions import (
    SubscriptionList,
    SubscriptionOut,
    SubscriptionSecretOut,
    told_subscription,
)
from receipts_ledger.api.asking import AskDep, authenticate
from receipts_ledger.api.fields import ActPath
from receipts_ledger.api.paging import expect_in_feed
from receipts_ledger.api.requests.subscriptions import (
    NewSecretIn,
    PauseIn,
    ReplayIn,
    ResumeIn,
    SubscriptionIn,
)
from receipts_ledger.api.routes.told import told
from receipts_ledger.api.services import Services
from receipts_ledger.api.subscribing import SubscribeDep
from receipts_ledger.domain.caller import Caller, Scope
from receipts_ledger.domain.event import Event
from receipts_ledger.domain.finality import MinFinality
from receipts_ledger.domain.webhook import written_secret
from receipts_ledger.errors import NotFound, RefusalCode, Refused
from receipts_ledger.services.deliver.targets import Forbidden
from receipts_ledger.store import subscriptions
from receipts_ledger.store.reads import feed
from receipts_ledger.store.units import Found, Writer

router = APIRouter(prefix="/v1", tags=["Subscriptions"])

SUBSCRIPTIONS_MAX = 50
_CREATED = 201
_NO_CONTENT = 204
_EVENTS = frozenset(kind.__name__ for kind in get_args(Event))

SubscriptionPath = ActPath


@router.post("/subscriptions", status_code=_CREATED, response_model=SubscriptionSecretOut)
def subscribe(body: SubscriptionIn, post: SubscribeDep) -> Response:
    """Subscribe. The secret is shown in this answer; what is delivered is signed with it."""
    post.admit()
    _expect_good(body, post.services)
    sealing_key = post.services.webhooks.secrets.sealing_key()

    def add(writer: Writer, caller: Caller, subscription_id: str) -> None:
        if subscriptions.count(writer, caller.party_id) >= SUBSCRIPTIONS_MAX:
            raise Refused(RefusalCode.INVALID_REQUEST, f"one party has at most {SUBSCRIPTIONS_MAX}")
        finality = MinFinality(body.finality)
        expect_in_feed(writer, body.after or 0, "after")
        subscriptions.add(
            writer,
            now=post.services.clock(),
            subscription_id=subscription_id,
            party_id=caller.party_id,
            url=body.url,
            finality=finality.value,
            about=body.about,
            events=body.events,
            receipt_id=body.receipt_id,
            pool_id=body.pool_id,
            cursor_seq=feed.last_seq(writer, finality) if body.after is None else body.after,
            sealing_key=sealing_key,
        )

    row = post.create(add)
    return _with_secret(row, post.services, _CREATED)


@router.get("/subscriptions", response_model=SubscriptionList)
def list_subscriptions(ask: AskDep) -> Response:
    """List one's own subscriptions, and how far each was told."""
    with ask.reading() as (reader, caller):
        rows = subscriptions.of(reader, caller.party_id)
    return told(SubscriptionList(items=[told_subscription(row) for row in rows]))


@router.get("/subscriptions/{subscription_id}", response_model=SubscriptionOut)
def show_subscription(subscription_id: SubscriptionPath, ask: AskDep) -> Response:
    """Show one of one's own subscriptions; `reason` says why it does not go on."""
    with ask.reading() as (reader, caller):
        row = subscriptions.find(reader, str(subscription_id), caller.party_id)
    if row is None:
        raise NotFound("subscription", subscription_id)
    return told(told_subscription(row))


@router.delete("/subscriptions/{subscription_id}", status_code=_NO_CONTENT, response_class=Response)
def unsubscribe(subscription_id: SubscriptionPath, ask: AskDep) -> Response:
    """End a subscription."""
    services = ask.services
    with services.database.writing() as writer:
        caller = authenticate(writer, ask.secret_hash, Scope.WRITE, services)
        services.access.rates.write(caller.principal, None)
        if not subscriptions.remove(writer, str(subscription_id), caller.party_id):
            raise NotFound("subscription", subscription_id)
    return Response(status_code=_NO_CONTENT)


@router.post("/subscriptions/{subscription_id}/pause", response_model=SubscriptionOut)
def pause(subscription_id: SubscriptionPath, body: PauseIn, post: SubscribeDep) -> Response:
    """Deliver nothing until it is resumed."""

    def work(writer: Writer, caller: Caller, its_id: str) -> bool:
        return subscriptions.pause(writer, its_id, caller.party_id)

    return told(told_subscription(post.change(str(subscription_id), work)))


@router.post("/subscriptions/{subscription_id}/resume", response_model=SubscriptionOut)
def resume(subscription_id: SubscriptionPath, body: ResumeIn, post: SubscribeDep) -> Response:
    """Go on where it stopped: it was paused, or disabled because nothing was taken."""

    def work(writer: Writer, caller: Caller, its_id: str) -> bool:
        return subscriptions.resume(writer, its_id, caller.party_id, post.services.clock())

    return told(told_subscription(post.change(str(subscription_id), work)))


@router.post("/subscriptions/{subscription_id}/replay", response_model=SubscriptionOut)
def replay(subscription_id: SubscriptionPath, body: ReplayIn, post: SubscribeDep) -> Response:
    """Deliver once more what stands behind a number of the feed, under the same ids."""

    def work(writer: Writer, caller: Caller, its_id: str) -> bool:
        now = post.services.clock()
        expect_in_feed(writer, body.after, "after")
        return subscriptions.replay(writer, its_id, caller.party_id, now, after=body.after)

    return told(told_subscription(post.change(str(subscription_id), work)))


@router.post("/subscriptions/{subscription_id}/secret", response_model=SubscriptionSecretOut)
def renew_secret(
    subscription_id: SubscriptionPath, body: NewSecretIn, post: SubscribeDep
) -> Response:
    """Sign with a new secret, shown in this answer; for a while with the one before it too."""

    def work(writer: Writer, caller: Caller, its_id: str) -> bool:
        now, overlap = post.services.clock(), timedelta(hours=body.overlap_hours)
        return subscriptions.rotate(writer, its_id, caller.party_id, now, overlap=overlap)

    row = post.change(str(subscription_id), work)
    return _with_secret(row, post.services, 200)


def _expect_good(body: SubscriptionIn, services: Services) -> None:
    try:
        services.webhooks.targets.parse(body.url)
    except Forbidden as error:
        raise Refused(RefusalCode.INVALID_REQUEST, str(error), field="url") from error
    unknown = sorted(set(body.events or ()) - _EVENTS)
    if unknown:
        raise Refused(
            RefusalCode.INVALID_REQUEST, f"no event is called {unknown[0]}", field="events"
        )


def _with_secret(row: Found, services: Services, status_code: int) -> Response:
    secret = services.webhooks.secrets.secret(row.sealing_key, row.subscription_id, row.generation)
    shown = SubscriptionSecretOut(**told_subscription(row), secret=written_secret(secret))
    return told(shown, status_code=status_code)
