-- name: account_by_sid^
SELECT * FROM accounts WHERE sid = :sid;

-- name: insert_account!
INSERT INTO accounts VALUES (:sid, :secret, :date_created);

-- name: key_by_sid^
SELECT * FROM api_keys WHERE sid = :sid;

-- name: insert_key!
INSERT INTO api_keys VALUES (:sid, :account_sid, :friendly_name, :secret, NULL, :date_created);

-- name: revoke_key!
UPDATE api_keys SET date_revoked = :now WHERE sid = :sid;

-- name: service_by_sid^
SELECT * FROM services WHERE sid = :sid;

-- name: services_page
SELECT * FROM services
WHERE account_sid = :account_sid AND (date_created, sid) > (:after_date, :after_sid)
ORDER BY date_created, sid LIMIT :limit;

-- name: insert_service!
INSERT INTO services VALUES (
    :sid, :account_sid, :friendly_name, :default_service_role_sid, :default_channel_role_sid,
    :default_channel_creator_role_sid, :read_status_enabled, :reachability_enabled, :reachability_epoch,
    :typing_indicator_timeout, :consumption_report_interval, :channel_members_limit, :user_channels_limit,
    :pre_webhook_url, :post_webhook_url, :webhook_method, :webhook_filters, :pre_webhook_retry_count,
    :post_webhook_retry_count, :notifications, :media_compatibility_message, :date_created, :date_updated
);

-- name: update_service!
UPDATE services SET
    friendly_name = :friendly_name, default_service_role_sid = :default_service_role_sid,
    default_channel_role_sid = :default_channel_role_sid,
    default_channel_creator_role_sid = :default_channel_creator_role_sid,
    read_status_enabled = :read_status_enabled, reachability_enabled = :reachability_enabled,
    reachability_epoch = :reachability_epoch, typing_indicator_timeout = :typing_indicator_timeout,
    consumption_report_interval = :consumption_report_interval, channel_members_limit = :channel_members_limit,
    user_channels_limit = :user_channels_limit, pre_webhook_url = :pre_webhook_url,
    post_webhook_url = :post_webhook_url, webhook_method = :webhook_method, webhook_filters = :webhook_filters,
    pre_webhook_retry_count = :pre_webhook_retry_count, post_webhook_retry_count = :post_webhook_retry_count,
    notifications = :notifications, media_compatibility_message = :media_compatibility_message,
    date_updated = :date_updated
WHERE sid = :sid;

-- name: delete_service!
DELETE FROM services WHERE sid = :sid;

-- name: role_by_sid^
SELECT * FROM roles WHERE sid = :sid AND service_sid = :service_sid;

-- name: insert_role!
INSERT INTO roles VALUES (:sid, :service_sid, :friendly_name, :type, :permissions, :date_created, :date_updated);
