WITH candidates AS (
  SELECT
    IF(received_at >= @partition_start, TIMESTAMP_TRUNC(received_at, HOUR), @partition_start) AS `hour`,
    `event_id`,
    `event_type`,
    `schema_version`,
    `received_at`,
    `occurred_at`,
    `sent_at`,
    `event_time`,
    IFNULL(late, FALSE) OR received_at < @partition_start AS `late`,
    IFNULL(future, FALSE) AS `future`,
    IFNULL(by_bot, FALSE) AS `by_bot`,
    `subject`,
    `visitor`,
    `sealed`,
    `track`,
    `ms`,
    `ip`,
    `message_id`
  FROM `raw.music_played`
  WHERE received_at >= TIMESTAMP_SUB(@partition_start, INTERVAL 2592000 SECOND)
    AND received_at < @partition_end
    AND import_id IS NULL
),
arrived AS (
  SELECT *
  FROM candidates
  QUALIFY ROW_NUMBER() OVER (PARTITION BY event_id ORDER BY received_at, message_id) = 1
),
held AS (
  SELECT event_id, hour
  FROM `music.played`
  WHERE hour >= TIMESTAMP_SUB(@partition_start, INTERVAL 2592000 SECOND)
    AND hour < TIMESTAMP_ADD(@partition_end, INTERVAL 2592000 SECOND)
)
SELECT
  arrived.`hour`,
  arrived.`event_id`,
  arrived.`event_type`,
  arrived.`schema_version`,
  arrived.`received_at`,
  arrived.`occurred_at`,
  arrived.`sent_at`,
  arrived.`event_time`,
  arrived.`late`,
  arrived.`future`,
  arrived.`by_bot`,
  arrived.`subject`,
  arrived.`visitor`,
  arrived.`sealed`,
  arrived.`track`,
  arrived.`ms`,
  arrived.`ip`
FROM arrived
LEFT JOIN held
  ON held.event_id = arrived.event_id
  AND held.hour >= TIMESTAMP_SUB(arrived.hour, INTERVAL 2592000 SECOND)
  AND held.hour <= TIMESTAMP_ADD(arrived.hour, INTERVAL 2592000 SECOND)
WHERE held.event_id IS NULL
