-- What a list's pages follow is never given twice, so that a walk through a list misses nothing that comes after what
-- was deleted: SQLite gives the highest rowid anew once its row is gone.

CREATE TABLE last_positions (
    list TEXT PRIMARY KEY,
    position INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO last_positions SELECT 'seats', COALESCE(MAX(position), 0) FROM (
    SELECT position FROM members UNION ALL SELECT position FROM invites
);

CREATE TRIGGER services_leave AFTER DELETE ON services BEGIN
    INSERT INTO last_positions VALUES ('services', OLD.rowid)
    ON CONFLICT (list) DO UPDATE SET position = MAX(position, excluded.position);
END;
CREATE TRIGGER services_come AFTER INSERT ON services
WHEN NEW.rowid <= (SELECT position FROM last_positions WHERE list = 'services') BEGIN
    UPDATE services SET rowid = 1 + (SELECT position FROM last_positions WHERE list = 'services') WHERE rowid = NEW.rowid;
END;

CREATE TRIGGER roles_leave AFTER DELETE ON roles BEGIN
    INSERT INTO last_positions VALUES ('roles', OLD.rowid)
    ON CONFLICT (list) DO UPDATE SET position = MAX(position, excluded.position);
END;
CREATE TRIGGER roles_come AFTER INSERT ON roles
WHEN NEW.rowid <= (SELECT position FROM last_positions WHERE list = 'roles') BEGIN
    UPDATE roles SET rowid = 1 + (SELECT position FROM last_positions WHERE list = 'roles') WHERE rowid = NEW.rowid;
END;

CREATE TRIGGER credentials_leave AFTER DELETE ON credentials BEGIN
    INSERT INTO last_positions VALUES ('credentials', OLD.rowid)
    ON CONFLICT (list) DO UPDATE SET position = MAX(position, excluded.position);
END;
CREATE TRIGGER credentials_come AFTER INSERT ON credentials
WHEN NEW.rowid <= (SELECT position FROM last_positions WHERE list = 'credentials') BEGIN
    UPDATE credentials SET rowid = 1 + (SELECT position FROM last_positions WHERE list = 'credentials') WHERE rowid = NEW.rowid;
END;

CREATE TRIGGER users_leave AFTER DELETE ON users BEGIN
    INSERT INTO last_positions VALUES ('users', OLD.rowid)
    ON CONFLICT (list) DO UPDATE SET position = MAX(position, excluded.position);
END;
CREATE TRIGGER users_come AFTER INSERT ON users
WHEN NEW.rowid <= (SELECT position FROM last_positions WHERE list = 'users') BEGIN
    UPDATE users SET rowid = 1 + (SELECT position FROM last_positions WHERE list = 'users') WHERE rowid = NEW.rowid;
END;

CREATE TRIGGER bindings_leave AFTER DELETE ON bindings BEGIN
    INSERT INTO last_positions VALUES ('bindings', OLD.rowid)
    ON CONFLICT (list) DO UPDATE SET position = MAX(position, excluded.position);
END;
CREATE TRIGGER bindings_come AFTER INSERT ON bindings
WHEN NEW.rowid <= (SELECT position FROM last_positions WHERE list = 'bindings') BEGIN
    UPDATE bindings SET rowid = 1 + (SELECT position FROM last_positions WHERE list = 'bindings') WHERE rowid = NEW.rowid;
END;

CREATE TRIGGER channels_leave AFTER DELETE ON channels BEGIN
    INSERT INTO last_positions VALUES ('channels', OLD.rowid)
    ON CONFLICT (list) DO UPDATE SET position = MAX(position, excluded.position);
END;
CREATE TRIGGER channels_come AFTER INSERT ON channels
WHEN NEW.rowid <= (SELECT position FROM last_positions WHERE list = 'channels') BEGIN
    UPDATE channels SET rowid = 1 + (SELECT position FROM last_positions WHERE list = 'channels') WHERE rowid = NEW.rowid;
END;

CREATE TRIGGER members_leave AFTER DELETE ON members BEGIN
    INSERT INTO last_positions VALUES ('members', OLD.rowid)
    ON CONFLICT (list) DO UPDATE SET position = MAX(position, excluded.position);
END;
CREATE TRIGGER members_come AFTER INSERT ON members
WHEN NEW.rowid <= (SELECT position FROM last_positions WHERE list = 'members') BEGIN
    UPDATE members SET rowid = 1 + (SELECT position FROM last_positions WHERE list = 'members') WHERE rowid = NEW.rowid;
END;

CREATE TRIGGER invites_leave AFTER DELETE ON invites BEGIN
    INSERT INTO last_positions VALUES ('invites', OLD.rowid)
    ON CONFLICT (list) DO UPDATE SET position = MAX(position, excluded.position);
END;
CREATE TRIGGER invites_come AFTER INSERT ON invites
WHEN NEW.rowid <= (SELECT position FROM last_positions WHERE list = 'invites') BEGIN
    UPDATE invites SET rowid = 1 + (SELECT position FROM last_positions WHERE list = 'invites') WHERE rowid = NEW.rowid;
END;

CREATE TRIGGER webhooks_leave AFTER DELETE ON webhooks BEGIN
    INSERT INTO last_positions VALUES ('webhooks', OLD.rowid)
    ON CONFLICT (list) DO UPDATE SET position = MAX(position, excluded.position);
END;
CREATE TRIGGER webhooks_come AFTER INSERT ON webhooks
WHEN NEW.rowid <= (SELECT position FROM last_positions WHERE list = 'webhooks') BEGIN
    UPDATE webhooks SET rowid = 1 + (SELECT position FROM last_positions WHERE list = 'webhooks') WHERE rowid = NEW.rowid;
END;

-- What was said from a seat is whose the seat was: not a later user's of that name.
UPDATE messages SET author_sid = NULL
WHERE member_sid IS NOT NULL AND author_sid IS NOT NULL
    AND (SELECT date_created FROM users WHERE sid = author_sid) > date_created
    AND member_sid NOT IN (SELECT sid FROM members WHERE user_sid = author_sid);

-- Where somebody sat already, nobody's founder is awaited for being the one who made it.
UPDATE channels SET awaits = NULL
WHERE awaits IS NOT NULL AND members_count = 0
    AND (SELECT last_event_id FROM sync_objects WHERE name = channels.sid || '.roster') > 0;
