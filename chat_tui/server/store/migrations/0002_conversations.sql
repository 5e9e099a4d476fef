-- What Conversations knows and Programmable Chat does not, credentials for push, webhooks of channels; and lists in
-- the order in which things came, whatever date they claim.

ALTER TABLE accounts ADD COLUMN default_service_sid TEXT REFERENCES services (sid) ON DELETE SET NULL;
ALTER TABLE accounts ADD COLUMN default_inactive_timer TEXT;
ALTER TABLE accounts ADD COLUMN default_closed_timer TEXT;
ALTER TABLE accounts ADD COLUMN webhooks TEXT NOT NULL DEFAULT '{}';

ALTER TABLE services ADD COLUMN webhooks TEXT NOT NULL DEFAULT '{}';

-- Timers are milliseconds; date_inactive and date_closed say when they run out.
ALTER TABLE channels ADD COLUMN state TEXT NOT NULL DEFAULT 'active';
ALTER TABLE channels ADD COLUMN date_state INTEGER;
ALTER TABLE channels ADD COLUMN inactive_timer INTEGER;
ALTER TABLE channels ADD COLUMN closed_timer INTEGER;
ALTER TABLE channels ADD COLUMN date_inactive INTEGER;
ALTER TABLE channels ADD COLUMN date_closed INTEGER;
CREATE INDEX channels_by_inactivity ON channels (date_inactive) WHERE date_inactive IS NOT NULL;
CREATE INDEX channels_by_closing ON channels (date_closed) WHERE date_closed IS NOT NULL;

ALTER TABLE messages ADD COLUMN subject TEXT;

CREATE TABLE webhooks (
    sid TEXT PRIMARY KEY,
    channel_sid TEXT NOT NULL REFERENCES channels (sid) ON DELETE CASCADE,
    type TEXT NOT NULL,
    configuration TEXT NOT NULL,
    date_created INTEGER NOT NULL,
    date_updated INTEGER NOT NULL
);
CREATE INDEX webhooks_by_channel ON webhooks (channel_sid);

-- secrets is sealed.
CREATE TABLE credentials (
    sid TEXT PRIMARY KEY,
    account_sid TEXT NOT NULL REFERENCES accounts (sid) ON DELETE CASCADE,
    friendly_name TEXT NOT NULL,
    type TEXT NOT NULL,
    sandbox INTEGER NOT NULL,
    secrets TEXT NOT NULL,
    date_created INTEGER NOT NULL,
    date_updated INTEGER NOT NULL
);
CREATE INDEX credentials_by_account ON credentials (account_sid);
CREATE INDEX keys_by_account ON api_keys (account_sid);

-- Pages follow the rowid, the last part of every index.
DROP INDEX services_by_account;
DROP INDEX roles_by_service;
DROP INDEX users_by_service;
DROP INDEX channels_by_service;
DROP INDEX members_by_channel;
CREATE INDEX services_by_account ON services (account_sid);
CREATE INDEX roles_by_service ON roles (service_sid);
CREATE INDEX users_by_service ON users (service_sid);
CREATE INDEX channels_by_service ON channels (service_sid);
CREATE INDEX members_by_channel ON members (channel_sid);
CREATE INDEX invites_by_channel ON invites (channel_sid);
CREATE INDEX bindings_by_identity ON bindings (identity);
CREATE INDEX users_by_role ON users (role_sid);
CREATE INDEX members_by_role ON members (role_sid);
CREATE INDEX invites_by_role ON invites (role_sid);

-- A user's seats, joined and invited, in one order: position counts both.
ALTER TABLE members ADD COLUMN position INTEGER NOT NULL DEFAULT 0;
ALTER TABLE invites ADD COLUMN position INTEGER NOT NULL DEFAULT 0;
UPDATE members SET position = rowid;
UPDATE invites SET position = rowid + COALESCE((SELECT MAX(rowid) FROM members), 0);
DROP INDEX members_by_user;
DROP INDEX invites_by_user;
CREATE INDEX members_by_user ON members (user_sid, position);
CREATE INDEX invites_by_user ON invites (user_sid, position);
