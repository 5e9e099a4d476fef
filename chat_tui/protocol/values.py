"""The words with a fixed choice of values, and reachability, which every part of the project speaks."""

from enum import StrEnum

import msgspec


class ChannelType(StrEnum):
    PUBLIC = "public"
    PRIVATE = "private"


class ChannelStatus(StrEnum):
    """A user's standing in a channel, in the realtime spelling (contract U5, 9.5)."""

    JOINED = "joined"
    INVITED = "invited"
    NOT_PARTICIPATING = "notParticipating"


class ChannelState(StrEnum):
    """Conversations' life of a channel (contract 2.3): closed is for good."""

    INITIALIZING = "initializing"
    ACTIVE = "active"
    INACTIVE = "inactive"
    CLOSED = "closed"


class NotificationLevel(StrEnum):
    """Whether a user wants pushes for a channel (contract U11)."""

    DEFAULT = "default"
    MUTED = "muted"


class RoleType(StrEnum):
    DEPLOYMENT = "deployment"
    CHANNEL = "channel"


class BindingType(StrEnum):
    APN = "apn"
    GCM = "gcm"
    FCM = "fcm"
    TWILSOCK = "twilsock"


class PushService(StrEnum):
    """Whom a credential is for."""

    GCM = "gcm"
    APN = "apn"
    FCM = "fcm"


class WebhookType(StrEnum):
    """What a channel's own webhook does: calls on events, calls on words, or runs a flow."""

    WEBHOOK = "webhook"
    TRIGGER = "trigger"
    STUDIO = "studio"


class HttpMethod(StrEnum):
    GET = "GET"
    POST = "POST"


class Order(StrEnum):
    ASC = "asc"
    DESC = "desc"


class Permission(StrEnum):
    """What a role may allow (contract 1.6)."""

    CREATE_CHANNEL = "createChannel"
    JOIN_CHANNEL = "joinChannel"
    ADD_MEMBER = "addMember"
    DELETE_ANY_MESSAGE = "deleteAnyMessage"
    DESTROY_CHANNEL = "destroyChannel"
    EDIT_ANY_MESSAGE = "editAnyMessage"
    EDIT_ANY_MESSAGE_ATTRIBUTES = "editAnyMessageAttributes"
    EDIT_ANY_MEMBER_ATTRIBUTES = "editAnyMemberAttributes"
    EDIT_ANY_USER_INFO = "editAnyUserInfo"
    EDIT_CHANNEL_ATTRIBUTES = "editChannelAttributes"
    EDIT_CHANNEL_NAME = "editChannelName"
    EDIT_OWN_MESSAGE = "editOwnMessage"
    EDIT_OWN_MESSAGE_ATTRIBUTES = "editOwnMessageAttributes"
    EDIT_OWN_USER_INFO = "editOwnUserInfo"
    INVITE_MEMBER = "inviteMember"
    REMOVE_MEMBER = "removeMember"
    SEND_MESSAGE = "sendMessage"
    SEND_MEDIA_MESSAGE = "sendMediaMessage"
    LEAVE_CHANNEL = "leaveChannel"
    DELETE_OWN_MESSAGE = "deleteOwnMessage"
    EDIT_OWN_MEMBER_ATTRIBUTES = "editOwnMemberAttributes"
    EDIT_NOTIFICATION_LEVEL = "editNotificationLevel"


class UpdateReason(StrEnum):
    """What changed in an ``…Updated`` event: the chat SDK's exact strings (contract 6.2, R26)."""

    FRIENDLY_NAME = "friendlyName"
    ATTRIBUTES = "attributes"
    ONLINE = "online"
    NOTIFIABLE = "notifiable"
    CREATED_BY = "createdBy"
    DATE_CREATED = "dateCreated"
    DATE_UPDATED = "dateUpdated"
    LAST_CONSUMED_MESSAGE_INDEX = "lastConsumedMessageIndex"
    LAST_CONSUMPTION_TIMESTAMP = "lastConsumptionTimestamp"
    STATUS = "status"
    UNIQUE_NAME = "uniqueName"
    LAST_MESSAGE = "lastMessage"
    NOTIFICATION_LEVEL = "notificationLevel"
    ROLE_SID = "roleSid"
    BODY = "body"
    LAST_UPDATED_BY = "lastUpdatedBy"
    AUTHOR = "author"
    UNREAD_MESSAGES_COUNT = "unreadMessagesCount"
    REACHABILITY_ENABLED = "reachabilityEnabled"


class Reachability(msgspec.Struct, frozen=True):
    """Online and notifiable, each yes, no or unknown, ``None`` (contract 3)."""

    online: bool | None = None
    notifiable: bool | None = None
