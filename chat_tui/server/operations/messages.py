"""Messages: sent once per mutation id, in one order per channel."""

import hashlib
from typing import Any, NoReturn

import msgspec
from msgspec import UNSET, UnsetType

from chat_tui.protocol.defaults import PAGE_BYTES
from chat_tui.protocol.errors import BadRequest, Code, Conflict
from chat_tui.protocol.sids import Kind, new_sid
from chat_tui.protocol.values import Order, Permission
from chat_tui.server.changes import MessageAdded, MessageRemoved, MessageUpdated
from chat_tui.server.operations import checks, states
from chat_tui.server.operations.access import authorise, check_insider, is_author, own_seat
from chat_tui.server.operations.actors import Actor, ClientActor
from chat_tui.server.operations.channels import SYSTEM_AUTHOR
from chat_tui.server.operations.lookup import find_channel, find_message, find_service, reload_channel
from chat_tui.server.operations.operation import Command, Rate, gives_nothing, operation
from chat_tui.server.operations.pages import Page, PageQuery, cut_page, read_page
from chat_tui.server.store.rows import Channel, Member, Message, Service, Tombstone, User
from chat_tui.server.store.transaction import NO_END, Reader, Transaction

MAX_MUTATION_ID = 128


class SendMessage(Command):
    """``mutation_id`` makes a repeat harmless (guarantees, Send 2)."""

    service_sid: str
    channel: str
    body: str = ""
    attributes: str = "{}"
    author: str | UnsetType = UNSET
    last_updated_by: str | None = None
    mutation_id: str | None = None
    media_sid: str | None = None
    subject: str | None = None
    date_created: int | UnsetType = UNSET
    date_updated: int | UnsetType = UNSET


class FetchMessage(Command):
    """``message``: SID, or the index in the channel."""

    service_sid: str
    channel: str
    message: str


class ListMessages(Command):
    """By index, up or down; the position of a page is the last index seen."""

    service_sid: str
    channel: str
    order: Order = Order.ASC
    page: PageQuery = PageQuery()


class UpdateMessage(Command):
    service_sid: str
    channel: str
    message: str
    body: str | UnsetType = UNSET
    attributes: str | UnsetType = UNSET
    author: str | UnsetType = UNSET
    last_updated_by: str | UnsetType = UNSET
    subject: str | UnsetType | None = UNSET
    date_created: int | UnsetType = UNSET
    date_updated: int | UnsetType = UNSET


class DeleteMessage(Command):
    service_sid: str
    channel: str
    message: str


class Sent(msgspec.Struct, frozen=True):
    """What is known of a stored message, even after its deletion; ``message`` is None then."""

    sid: str
    index: int
    message: Message | None = None


class MessageView(msgspec.Struct, frozen=True):
    message: Message
    channel: Channel


@operation(SendMessage, rate=Rate.CHANNEL, clients=("body", "attributes", "mutation_id", "subject"))
def send_message(tx: Transaction, actor: Actor, command: SendMessage) -> Sent:
    """Store a message under the channel's next index. Raises Conflict (20409) for a mutation id that came with
    another body, BadRequest for a body or attributes that are too long."""
    service = find_service(tx, actor, command.service_sid)
    channel = states.ensure_open(find_channel(tx, actor, service, command.channel))
    member, author, author_sid = _author(tx, actor, service, channel, command)
    if command.media_sid:
        raise BadRequest(f"MediaSid: {command.media_sid} was not found", Code.MEDIA_NOT_FOUND)
    body, attributes = checks.body(command.body), checks.attributes(command.attributes)
    tx.lock(channel)
    digest = None
    if command.mutation_id:
        digest = hashlib.blake2b(f"{len(body)}\0{body}\0{attributes}".encode(), digest_size=16).digest()
        repeated = _stored_before(tx, channel, author, command.mutation_id[:MAX_MUTATION_ID], digest)
        if repeated is not None:
            return repeated
    sid, date = new_sid(Kind.MESSAGE), tx.now if command.date_created is UNSET else command.date_created
    tx.run(
        "insert_message",
        sid=sid,
        channel_sid=channel.sid,
        idx=channel.next_index,
        author=author,
        author_sid=author_sid,
        member_sid=None if member is None else member.sid,
        body=body,
        attributes=attributes,
        last_updated_by=_optional_author(command.last_updated_by),
        subject=_subject(command.subject),
        mutation_id=command.mutation_id[:MAX_MUTATION_ID] if command.mutation_id else None,
        digest=digest,
        date_created=date,
        date_updated=date if command.date_updated is UNSET else command.date_updated,
    )
    tx.run("advance_channel", sid=channel.sid, idx=channel.next_index, date=date, message_sid=sid)
    states.touch(tx, channel)
    message = find_message(tx, channel, sid)
    tx.record(MessageAdded(reload_channel(tx, channel.sid), message))
    return Sent(sid, message.idx, message)


def _subject(value: str | None) -> str | None:
    return None if value is None else checks.name("Subject", value, Code.BAD_PARAMETER)


def _optional_author(value: str | None) -> str | None:
    return None if value is None else checks.author("LastUpdatedBy", value, Code.LAST_UPDATED_BY_TOO_LONG)


def _author(
    tx: Reader, actor: Actor, service: Service, channel: Channel, command: SendMessage
) -> tuple[Member | None, str, str | None]:
    """Whose seat, name and SID. A client speaks for itself; REST for whom it says, else for ``system``."""
    if isinstance(actor, ClientActor):
        member = own_seat(tx, actor, channel)
        authorise(tx, actor, Permission.SEND_MESSAGE, channel=channel)
        return member, actor.identity, actor.user_sid
    author = SYSTEM_AUTHOR if command.author is UNSET else checks.author("From", command.author)
    member_or_none = tx.one(Member, "member_by_identity", channel_sid=channel.sid, identity=author)
    return member_or_none, author, _user_sid(tx, service, author)


def _user_sid(tx: Reader, service: Service, identity: str) -> str | None:
    found = tx.one(User, "user_by_identity", service_sid=service.sid, identity=identity)
    return None if found is None else found.sid


def _stored_before(tx: Reader, channel: Channel, author: str, mutation_id: str, digest: bytes) -> Sent | None:
    """What this mutation id stored already. A deleted message answers with its place and stays deleted."""
    key = {"channel_sid": channel.sid, "author": author, "mutation_id": mutation_id}
    message = tx.one(Message, "message_by_mutation", **key)
    if message is not None:
        return Sent(message.sid, message.idx, message) if message.digest == digest else _refuse(mutation_id)
    gone = tx.one(Tombstone, "tombstone_by_mutation", **key)
    if gone is not None:
        return Sent(gone.sid, gone.idx) if gone.digest == digest else _refuse(mutation_id)
    return None


def _refuse(mutation_id: str) -> NoReturn:
    raise Conflict(f"Mutation id {mutation_id} came with another body before", Code.CONFLICT)


@operation(FetchMessage, writes=False, clients=())
def fetch_message(tx: Reader, actor: Actor, command: FetchMessage) -> MessageView:
    channel = _readable(tx, actor, command)
    return MessageView(find_message(tx, channel, command.message), channel)


def _readable(tx: Reader, actor: Actor, command: FetchMessage | ListMessages) -> Channel:
    service = find_service(tx, actor, command.service_sid)
    return check_insider(tx, actor, find_channel(tx, actor, service, command.channel))


@operation(ListMessages, writes=False, clients=("order", "page"))
def list_messages(tx: Reader, actor: Actor, command: ListMessages) -> Page[Message]:
    channel = _readable(tx, actor, command)
    query, step = ("messages_descending", -1) if command.order is Order.DESC else ("messages_ascending", 1)

    def in_front(edge: int, limit: int) -> list[Any]:
        return tx.tuples(f"{query}_back", channel_sid=channel.sid, before=edge, limit=limit)

    def read(asked: PageQuery) -> Page[Message]:
        start = (NO_END if step < 0 else 0) if asked.after is None else asked.after + step
        found = tx.batch_of(Message, query, PAGE_BYTES, channel_sid=channel.sid, start=start, limit=asked.size + 1)
        return cut_page(
            [(message, message.idx) for message in found.rows], asked, in_front, step, is_more=found.is_more
        )

    return read_page(command.page, in_front, read)


@operation(UpdateMessage, rate=Rate.CHANNEL, clients=("body", "attributes"))
def update_message(tx: Transaction, actor: Actor, command: UpdateMessage) -> MessageView:
    """Marks the message as edited, by whom (contract 1.4), unless nothing is given (contract S62)."""
    service = find_service(tx, actor, command.service_sid)
    channel = find_channel(tx, actor, service, command.channel)
    check_insider(tx, actor, channel, Permission.EDIT_ANY_MESSAGE, Permission.EDIT_ANY_MESSAGE_ATTRIBUTES)
    before = find_message(tx, channel, command.message)
    _authorise_edit(tx, actor, channel, before, command)
    if gives_nothing(command):
        return MessageView(before, channel)
    states.ensure_open(channel)
    author, author_sid = before.author, before.author_sid
    if command.author is not UNSET:
        author = checks.author("From", command.author)
        author_sid = _user_sid(tx, service, author)
        _check_mutation(tx, before, author)
    editor = "system" if command.last_updated_by is UNSET else command.last_updated_by
    if isinstance(actor, ClientActor):
        editor = actor.identity
    tx.run(
        "update_message",
        sid=before.sid,
        author=author,
        author_sid=author_sid,
        body=before.body if command.body is UNSET else checks.body(command.body),
        attributes=before.attributes if command.attributes is UNSET else checks.attributes(command.attributes),
        last_updated_by=checks.author("LastUpdatedBy", editor, Code.LAST_UPDATED_BY_TOO_LONG),
        subject=before.subject if command.subject is UNSET else _subject(command.subject),
        date_created=before.date_created if command.date_created is UNSET else command.date_created,
        date_updated=tx.now if command.date_updated is UNSET else command.date_updated,
    )
    after = find_message(tx, channel, before.sid)
    tx.record(MessageUpdated(after))
    return MessageView(after, channel)


def _check_mutation(tx: Reader, message: Message, author: str) -> None:
    """A mutation id is its author's: whoever sent another message with the same one can't be given this one, too."""
    key = {"channel_sid": message.channel_sid, "author": author, "mutation_id": message.mutation_id}
    if message.mutation_id and author != message.author and tx.one(Message, "message_by_mutation", **key) is not None:
        raise Conflict(f"From: {author} sent another message with this one's mutation id", Code.CONFLICT)


def _authorise_edit(tx: Reader, actor: Actor, channel: Channel, message: Message, command: UpdateMessage) -> None:
    """Each part by its permission; who gives neither part must be allowed one of them."""
    body, attributes = [Permission.EDIT_ANY_MESSAGE], [Permission.EDIT_ANY_MESSAGE_ATTRIBUTES]
    if is_author(actor, message):
        body.append(Permission.EDIT_OWN_MESSAGE)
        attributes.append(Permission.EDIT_OWN_MESSAGE_ATTRIBUTES)
    if command.body is not UNSET:
        authorise(tx, actor, *body, channel=channel)
    if command.attributes is not UNSET:
        authorise(tx, actor, *attributes, channel=channel)
    if gives_nothing(command):
        authorise(tx, actor, *body, *attributes, channel=channel)


@operation(DeleteMessage, rate=Rate.CHANNEL, clients=())
def delete_message(tx: Transaction, actor: Actor, command: DeleteMessage) -> None:
    """The index stays empty; the mutation id is remembered for a week (guarantees, Send 3)."""
    service = find_service(tx, actor, command.service_sid)
    channel = find_channel(tx, actor, service, command.channel)
    check_insider(tx, actor, channel, Permission.DELETE_ANY_MESSAGE)
    message = find_message(tx, channel, command.message)
    own = [Permission.DELETE_OWN_MESSAGE] if is_author(actor, message) else []
    authorise(tx, actor, Permission.DELETE_ANY_MESSAGE, *own, channel=channel)
    tx.run("delete_message", sid=message.sid)
    tx.run(
        "insert_tombstone",
        channel_sid=channel.sid,
        idx=message.idx,
        sid=message.sid,
        author=message.author,
        mutation_id=message.mutation_id,
        digest=message.digest,
        now=tx.now,
    )
    last = tx.one(Message, "last_message", channel_sid=channel.sid)
    tx.run(
        "retreat_channel",
        sid=channel.sid,
        last_index=None if last is None else last.idx,
        last_date=None if last is None else last.date_created,
        last_sid=None if last is None else last.sid,
    )
    tx.record(MessageRemoved(reload_channel(tx, channel.sid), message))
