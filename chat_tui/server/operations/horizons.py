"""Consumption horizons of a whole service: they are not kept while read status is off (contract U18)."""

from chat_tui.server.changes import MemberUpdated
from chat_tui.server.store.rows import Channel, Member, Service
from chat_tui.server.store.transaction import Transaction


def forget(tx: Transaction, service: Service) -> None:
    """Read status was switched off: nobody has a horizon any more, and whoever follows somebody is told."""
    forgotten = [sid for (sid,) in tx.tuples("forget_horizons", service_sid=service.sid)]
    members = tx.by_sid(Member, "members_by_sids", forgotten)
    channels = tx.by_sid(Channel, "channels_by_sids", {member.channel_sid for member in members.values()})
    for member in members.values():
        tx.record(MemberUpdated(channels[member.channel_sid], member, in_roster=True, in_own=True))
