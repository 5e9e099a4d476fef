-- Names can be given away: what was made under one stays with the user who made it.

-- The identity that made a channel, until it takes its seat, or is deleted: it may enter as the founder once.
ALTER TABLE channels ADD COLUMN awaits TEXT;
UPDATE channels SET awaits = created_by WHERE members_count = 0 AND next_index = 0 AND created_by <> 'system';
CREATE INDEX channels_by_awaited ON channels (service_sid, awaits) WHERE awaits IS NOT NULL;

-- The user who had the author's name when the message came; null when nobody had it.
ALTER TABLE messages ADD COLUMN author_sid TEXT;
UPDATE messages SET author_sid = (
    SELECT users.sid FROM channels JOIN users ON users.service_sid = channels.service_sid
    WHERE channels.sid = messages.channel_sid AND users.identity = messages.author
);
