"""Asks the service to say what happens to objects, from where each replica is, and to say it no more."""

import asyncio
from collections.abc import Callable, Sequence

from chat_tui.client.ports import Request
from chat_tui.client.state.replica import Replica
from chat_tui.client.state.replica_progress import ReplicaState
from chat_tui.protocol.defaults import MAX_SUBSCRIPTIONS, SYNC_API
from chat_tui.protocol.sync import SubscriptionRequest, Subscriptions


class SubscriptionRequests:
    """One after another, each under a number of its own. Raises ChatError."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._correlation = 0
        self._asking = asyncio.Lock()

    async def establish(self, replicas: Sequence[Replica]) -> list[Replica]:
        """Ask for what comes after the positions of those that still wait for it: which they are."""
        async with self._asking:
            wanted = [replica for replica in replicas if replica.progress.state is ReplicaState.REPLAYING]
            await self._post("establish", wanted)
        return wanted

    async def cancel(self, replicas: Sequence[Replica], is_unwanted: Callable[[Replica], bool]) -> None:
        """Of those that are still unwanted when it is their turn."""
        async with self._asking:
            await self._post("cancel", [replica for replica in replicas if is_unwanted(replica)])

    async def _post(self, action: str, replicas: Sequence[Replica]) -> None:
        for start in range(0, len(replicas), MAX_SUBSCRIPTIONS):
            self._correlation += 1
            batch = replicas[start : start + MAX_SUBSCRIPTIONS]
            if action == "establish":
                for replica in batch:
                    replica.progress.asked(self._correlation)
            requests = [SubscriptionRequest(replica.sid, replica.kind, replica.last_event_id) for replica in batch]
            body = Subscriptions(action, requests, self._correlation)
            await self._request("POST", f"{SYNC_API}/v4/Subscriptions", json=body)
