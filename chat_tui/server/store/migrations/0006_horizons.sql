-- Where read status is off, horizons are not kept.

UPDATE members SET last_consumed_message_index = NULL, last_consumption_timestamp = NULL
WHERE channel_sid IN (
    SELECT channels.sid FROM channels JOIN services ON services.sid = channels.service_sid
    WHERE services.read_status_enabled = 0
);
