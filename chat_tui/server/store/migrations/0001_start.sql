-- Times are milliseconds since 1970, booleans 0 or 1, JSON is text.

CREATE TABLE accounts (
    sid TEXT PRIMARY KEY,
    secret TEXT NOT NULL,
    date_created INTEGER NOT NULL
);

CREATE TABLE api_keys (
    sid TEXT PRIMARY KEY,
    account_sid TEXT NOT NULL REFERENCES accounts (sid) ON DELETE CASCADE,
    friendly_name TEXT NOT NULL,
    secret TEXT NOT NULL,
    date_revoked INTEGER,
    date_created INTEGER NOT NULL
);

CREATE TABLE services (
    sid TEXT PRIMARY KEY,
    account_sid TEXT NOT NULL REFERENCES accounts (sid) ON DELETE CASCADE,
    friendly_name TEXT NOT NULL,
    default_service_role_sid TEXT NOT NULL,
    default_channel_role_sid TEXT NOT NULL,
    default_channel_creator_role_sid TEXT NOT NULL,
    read_status_enabled INTEGER NOT NULL,
    reachability_enabled INTEGER NOT NULL,
    reachability_epoch INTEGER NOT NULL,
    typing_indicator_timeout INTEGER NOT NULL,
    consumption_report_interval INTEGER NOT NULL,
    channel_members_limit INTEGER NOT NULL,
    user_channels_limit INTEGER NOT NULL,
    pre_webhook_url TEXT,
    post_webhook_url TEXT,
    webhook_method TEXT NOT NULL,
    webhook_filters TEXT NOT NULL,
    pre_webhook_retry_count INTEGER NOT NULL,
    post_webhook_retry_count INTEGER NOT NULL,
    notifications TEXT NOT NULL,
    media_compatibility_message TEXT NOT NULL,
    date_created INTEGER NOT NULL,
    date_updated INTEGER NOT NULL
);
CREATE INDEX services_by_account ON services (account_sid, date_created, sid);

CREATE TABLE roles (
    sid TEXT PRIMARY KEY,
    service_sid TEXT NOT NULL REFERENCES services (sid) ON DELETE CASCADE,
    friendly_name TEXT NOT NULL,
    type TEXT NOT NULL,
    permissions TEXT NOT NULL,
    date_created INTEGER NOT NULL,
    date_updated INTEGER NOT NULL
);
CREATE INDEX roles_by_service ON roles (service_sid, date_created, sid);

CREATE TABLE users (
    sid TEXT PRIMARY KEY,
    service_sid TEXT NOT NULL REFERENCES services (sid) ON DELETE CASCADE,
    identity TEXT NOT NULL,
    friendly_name TEXT,
    attributes TEXT NOT NULL,
    role_sid TEXT NOT NULL,
    joined_channels_count INTEGER NOT NULL DEFAULT 0,
    is_online INTEGER NOT NULL DEFAULT 0,
    online_epoch INTEGER NOT NULL DEFAULT 0,
    ever_registered INTEGER NOT NULL DEFAULT 0,
    bindings_count INTEGER NOT NULL DEFAULT 0,
    friendly_name_event INTEGER NOT NULL DEFAULT 0,
    attributes_event INTEGER NOT NULL DEFAULT 0,
    reachability_event INTEGER NOT NULL DEFAULT 0,
    date_created INTEGER NOT NULL,
    date_updated INTEGER NOT NULL,
    UNIQUE (service_sid, identity)
);
CREATE INDEX users_by_service ON users (service_sid, date_created, sid);

CREATE TABLE channels (
    sid TEXT PRIMARY KEY,
    service_sid TEXT NOT NULL REFERENCES services (sid) ON DELETE CASCADE,
    unique_name TEXT,
    friendly_name TEXT,
    attributes TEXT NOT NULL,
    type TEXT NOT NULL,
    created_by TEXT NOT NULL,
    next_index INTEGER NOT NULL DEFAULT 0,
    messages_count INTEGER NOT NULL DEFAULT 0,
    members_count INTEGER NOT NULL DEFAULT 0,
    last_message_index INTEGER,
    last_message_date INTEGER,
    date_created INTEGER NOT NULL,
    date_updated INTEGER NOT NULL,
    UNIQUE (service_sid, unique_name)
);
CREATE INDEX channels_by_service ON channels (service_sid, date_created, sid);

CREATE TABLE members (
    sid TEXT PRIMARY KEY,
    channel_sid TEXT NOT NULL REFERENCES channels (sid) ON DELETE CASCADE,
    user_sid TEXT NOT NULL REFERENCES users (sid) ON DELETE CASCADE,
    identity TEXT NOT NULL,
    role_sid TEXT NOT NULL,
    attributes TEXT NOT NULL,
    last_consumed_message_index INTEGER,
    last_consumption_timestamp INTEGER,
    notification_level TEXT NOT NULL DEFAULT 'default',
    roster_event INTEGER NOT NULL DEFAULT 0,
    own_event INTEGER NOT NULL DEFAULT 0,
    date_created INTEGER NOT NULL,
    date_updated INTEGER NOT NULL,
    UNIQUE (channel_sid, user_sid)
);
CREATE INDEX members_by_channel ON members (channel_sid, date_created, sid);
CREATE INDEX members_by_user ON members (user_sid, date_created, sid);

CREATE TABLE invites (
    sid TEXT PRIMARY KEY,
    channel_sid TEXT NOT NULL REFERENCES channels (sid) ON DELETE CASCADE,
    user_sid TEXT NOT NULL REFERENCES users (sid) ON DELETE CASCADE,
    identity TEXT NOT NULL,
    role_sid TEXT NOT NULL,
    created_by TEXT NOT NULL,
    own_event INTEGER NOT NULL DEFAULT 0,
    date_created INTEGER NOT NULL,
    date_updated INTEGER NOT NULL,
    UNIQUE (channel_sid, user_sid)
);
CREATE INDEX invites_by_user ON invites (user_sid, date_created, sid);

CREATE TABLE messages (
    sid TEXT PRIMARY KEY,
    channel_sid TEXT NOT NULL REFERENCES channels (sid) ON DELETE CASCADE,
    idx INTEGER NOT NULL,
    author TEXT NOT NULL,
    member_sid TEXT,
    body TEXT NOT NULL,
    attributes TEXT NOT NULL,
    last_updated_by TEXT,
    was_edited INTEGER NOT NULL DEFAULT 0,
    mutation_id TEXT,
    digest BLOB,
    event_id INTEGER NOT NULL DEFAULT 0,
    date_created INTEGER NOT NULL,
    date_updated INTEGER NOT NULL,
    UNIQUE (channel_sid, idx)
);
CREATE UNIQUE INDEX messages_by_mutation ON messages (channel_sid, author, mutation_id) WHERE mutation_id IS NOT NULL;

-- A deleted message keeps its index (unread counts subtract it) and, for seven days, its mutation id.
CREATE TABLE tombstones (
    channel_sid TEXT NOT NULL REFERENCES channels (sid) ON DELETE CASCADE,
    idx INTEGER NOT NULL,
    sid TEXT NOT NULL,
    author TEXT NOT NULL,
    mutation_id TEXT,
    digest BLOB,
    date_deleted INTEGER NOT NULL,
    PRIMARY KEY (channel_sid, idx)
);
CREATE INDEX tombstones_by_mutation ON tombstones (channel_sid, author, mutation_id) WHERE mutation_id IS NOT NULL;

CREATE TABLE bindings (
    sid TEXT PRIMARY KEY,
    user_sid TEXT NOT NULL REFERENCES users (sid) ON DELETE CASCADE,
    identity TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    binding_type TEXT NOT NULL,
    credential_sid TEXT,
    message_types TEXT NOT NULL,
    address TEXT NOT NULL,
    date_created INTEGER NOT NULL,
    date_updated INTEGER NOT NULL,
    UNIQUE (user_sid, binding_type, endpoint)
);

-- Who is connected: expires is null while the connection lives, else when it counts as gone.
CREATE TABLE leases (
    connection TEXT PRIMARY KEY,
    user_sid TEXT NOT NULL REFERENCES users (sid) ON DELETE CASCADE,
    expires INTEGER
);
CREATE INDEX leases_by_user ON leases (user_sid);
CREATE INDEX leases_by_expiry ON leases (expires) WHERE expires IS NOT NULL;

CREATE TABLE sync_objects (
    name TEXT PRIMARY KEY,
    sid TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    owner_sid TEXT NOT NULL,
    last_event_id INTEGER NOT NULL DEFAULT 0,
    date_created INTEGER NOT NULL
);
CREATE INDEX sync_objects_by_owner ON sync_objects (owner_sid);

CREATE TABLE sync_events (
    object_sid TEXT NOT NULL REFERENCES sync_objects (sid) ON DELETE CASCADE,
    id INTEGER NOT NULL,
    notification BLOB NOT NULL,
    date_created INTEGER NOT NULL,
    PRIMARY KEY (object_sid, id)
) WITHOUT ROWID;
CREATE INDEX sync_events_by_date ON sync_events (date_created);
