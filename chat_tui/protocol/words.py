"""The one two-way table between the words of Programmable Chat and those of Conversations (contract 2.1)."""

FIELDS = {
    "channel": "conversation",
    "channels": "conversations",
    "channel_sid": "conversation_sid",
    "member": "participant",
    "members": "participants",
    "member_sid": "participant_sid",
    "members_count": "participants_count",
    "service_sid": "chat_service_sid",
    "last_consumed_message_index": "last_read_message_index",
    "last_consumption_timestamp": "last_read_timestamp",
    "from": "author",
    "user_channels": "user_conversations",
    "default_service_role_sid": "default_chat_service_role_sid",
    "default_channel_role_sid": "default_conversation_role_sid",
    "default_channel_creator_role_sid": "default_conversation_creator_role_sid",
    "added_to_channel": "added_to_conversation",
    "removed_from_channel": "removed_from_conversation",
}

ROLE_TYPES = {"deployment": "service", "channel": "conversation"}

PERMISSIONS = {
    "createChannel": "createConversation",
    "joinChannel": "joinConversation",
    "addMember": "addParticipant",
    "removeMember": "removeParticipant",
    "destroyChannel": "deleteConversation",
    "leaveChannel": "leaveConversation",
    "editChannelName": "editConversationName",
    "editChannelAttributes": "editConversationAttributes",
}

REASONS = {
    "online": "reachabilityOnline",
    "notifiable": "reachabilityNotifiable",
    "lastConsumedMessageIndex": "lastReadMessageIndex",
    "lastConsumptionTimestamp": "lastReadTimestamp",
}

EVENTS = {
    f"on{chat}{what}": f"on{conversations}{what}"
    for chat, conversations in (("Channel", "Conversation"), ("Member", "Participant"))
    for what in ["Add", "Added", "Update", "Updated", "Destroy", "Destroyed", "Remove", "Removed"]
}
"""What webhooks are called for (contract 1.9)."""

CONVERSATIONS_CODES = {
    50208: 50214,
    50300: 50350,
    50306: 50390,
    50307: 50353,
    50320: 50360,
    50321: 50361,
    50322: 50362,
    50323: 50363,
    50324: 50364,
    50325: 50365,
    50326: 50366,
    50327: 50367,
    50400: 50430,
    50402: 50432,
    50403: 50417,
    50404: 50433,
    50406: 50421,
}
"""Error codes of which each product has its own (contract 1.8)."""

_TABLES = (FIELDS, ROLE_TYPES, PERMISSIONS, REASONS, EVENTS)
_BACK = {id(table): {new: old for old, new in table.items()} for table in _TABLES}


def to_conversations(table: dict[str, str], word: str) -> str:
    """The Conversations word for a chat ``word``; a word both share stays as it is."""
    return table.get(word, word)


def to_chat(table: dict[str, str], word: str) -> str:
    """The chat word for a Conversations ``word``; a word both share stays as it is."""
    return _BACK[id(table)].get(word, word)
