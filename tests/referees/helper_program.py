"""A program for every version of the official Python helper from 6 to 9: it prints a transcript, a line per step
(contract 8).

It knows nothing of this project but where the service is: ``helper_program.py URL ACCOUNT TOKEN SERVICE``.
"""

import json
import sys
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client


class LocalHttpClient(TwilioHttpClient):  # type: ignore[misc]
    """The library's own client, with the destination changed and the name kept in the Host header."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._service = urlsplit(url)

    def request(self, method: str, url: str, **rest: Any) -> Any:
        parts = urlsplit(url)
        rest["headers"] = dict(rest.get("headers") or {}, Host=parts.netloc)
        there = urlunsplit((self._service.scheme, self._service.netloc, parts.path, parts.query, ""))
        return super().request(method, there, **rest)


def say(what: str, result: Any) -> None:
    print(json.dumps([what, result]))


def main(url: str, account: str, token: str, sid: str) -> None:
    client = Client(account, token, http_client=LocalHttpClient(url))
    service = client.chat.v2.services(sid)
    fetched = service.fetch()
    say("service", [fetched.sid == sid, fetched.reachability_enabled, fetched.date_created.tzinfo is not None])
    say("off", service.update(reachability_enabled=False).reachability_enabled)
    say("on in v1", client.chat.v1.services(sid).update(reachability_enabled=True).reachability_enabled)
    configuration = client.conversations.v1.services(sid).configuration()
    say("configuration", configuration.update(reachability_enabled=True).reachability_enabled)
    say("notifications", service.update(notifications_new_message_enabled=True).notifications["new_message"])
    say("users", [service.users.create(identity=name).identity for name in ("ann", "ben", "cid")])
    say("pages", [user.identity for user in service.users.list(page_size=2)])
    channels(service)
    conversations(client, sid)
    made = client.chat.v2.services.create(friendly_name="short-lived")
    say("deleted", client.chat.v2.services(made.sid).delete())


def channels(service: Any) -> None:
    made = service.channels.create(unique_name="team", friendly_name="Team", attributes='{"a":1}', type="private")
    say("channel", [made.unique_name, made.type, made.attributes, sorted(made.links)])
    team = service.channels("team")
    role = service.roles.create(friendly_name="reader", type="channel", permission=["leaveChannel", "sendMessage"])
    say("role", [role.type, role.permissions])
    member = team.members.create(identity="ann", role_sid=role.sid)
    say("member", [member.identity, member.role_sid == role.sid, member.last_consumed_message_index])
    say("messages", [team.messages.create(body=str(number), from_="ann").index for number in range(4)])
    say("newest first", [message.body for message in team.messages.list(order="desc", limit=2)])
    own = service.users("ann").user_channels
    say("user channels", [(found.status, found.unread_messages_count) for found in own.list()])
    if hasattr(own("team"), "update"):
        say("muted", own("team").update(notification_level="muted").notification_level)
    invite = team.invites.create(identity="ben")
    say("invites", [found.sid == invite.sid for found in team.invites.list(identity=["ben"])])
    say("uninvited", team.invites(invite.sid).delete())
    hook = team.webhooks.create(
        type="webhook", configuration_url="https://example.com/x", configuration_filters=["onMessageSent"]
    )
    say("webhook", hook.configuration)
    try:
        team.members.create(identity="ann")
    except TwilioRestException as refusal:
        say("refusal", [refusal.status, refusal.code])


def conversations(client: Any, sid: str) -> None:
    here = client.conversations.v1.services(sid)
    made = here.conversations.create(friendly_name="Talk", unique_name="talk")
    say("conversation", [made.friendly_name, made.state, made.timers])
    talk = here.conversations("talk")
    seat = talk.participants.create(identity="cid")
    say("participant", [seat.identity, seat.messaging_binding])
    spoken = talk.messages.create(author="cid", body="hello")
    say("spoken", [spoken.index, spoken.author, spoken.participant_sid == seat.sid])
    say("closed", talk.update(state="closed").state)
    try:
        talk.messages.create(author="cid", body="too late")
    except TwilioRestException as refusal:
        say("too late", [refusal.status, refusal.code])


if __name__ == "__main__":
    main(*sys.argv[1:])
