"""Members of a channel, and who is invited to it (contract 7.5)."""

from chat_tui.protocol import api_shapes
from chat_tui.server.dates import timestamp
from chat_tui.server.operations import invites, members
from chat_tui.server.realtime.requests import Answer, Request, Routes
from chat_tui.server.store.rows import Invite, Member
from chat_tui.server.sync import views


def _describe_member(member: Member) -> api_shapes.MemberDescription:
    return {"sid": member.sid, "conversation_sid": member.channel_sid, **views.roster_item(member)}


async def add_member(request: Request) -> Answer:
    names = {name: name for name in ("identity", "role_sid", "attributes")}
    return Answer(201, _describe_member(await request.run(request.command(members.AddMember, names))))


async def update_member(request: Request) -> Answer:
    names = {name: name for name in ("role_sid", "attributes")}
    return Answer(200, _describe_member(await request.run(request.command(members.UpdateMember, names))))


async def remove_member(request: Request) -> Answer:
    await request.run(request.command(members.RemoveMember, {}))
    return Answer(204)


async def invite(request: Request) -> Answer:
    names = {name: name for name in ("identity", "role_sid")}
    found: Invite = await request.run(request.command(invites.InviteMember, names))
    body: api_shapes.InviteDescription = {
        "sid": found.sid,
        "conversation_sid": found.channel_sid,
        "identity": found.identity,
        "created_by": found.created_by,
        "date_created": timestamp(found.date_created),
    }
    return Answer(201, body)


async def remove_invite(request: Request) -> Answer:
    await request.run(request.command(invites.RemoveInvite, {}))
    return Answer(204)


_CHANNEL = "/Client/{version}/Conversations/{channel}"
ROUTES: Routes = [
    (f"POST {_CHANNEL}/Participants", add_member),
    (f"POST {_CHANNEL}/Participants/{{member}}", update_member),
    (f"DELETE {_CHANNEL}/Participants/{{member}}", remove_member),
    (f"POST {_CHANNEL}/Invites", invite),
    (f"DELETE {_CHANNEL}/Invites/{{invite}}", remove_invite),
]
