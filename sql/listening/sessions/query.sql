-- One row for a session of a listener; a session that goes over midnight is two.
WITH plays AS (
  SELECT
    DATE(hour) AS day,
    subject,
    event_id,
    event_time,
    track_id,
    ms_played,
    LAG(event_time) OVER (PARTITION BY subject ORDER BY event_time, event_id) AS previous_time,
  FROM listening.track_played
  WHERE hour >= @partition_start
    AND hour < @partition_end
    AND subject IS NOT NULL
),
numbered AS (
  SELECT
    day,
    subject,
    event_time,
    track_id,
    ms_played,
    SUM(IF(previous_time IS NULL OR event_time >= TIMESTAMP_ADD(previous_time, INTERVAL 30 MINUTE), 1, 0))
      OVER (PARTITION BY subject ORDER BY event_time, event_id ROWS UNBOUNDED PRECEDING) AS session,
  FROM plays
)
SELECT
  day,
  subject,
  session,
  MIN(event_time) AS started_at,
  MAX(event_time) AS ended_at,
  COUNT(*) AS plays,
  COUNT(DISTINCT track_id) AS tracks,
  SUM(ms_played) AS ms_played,
FROM numbered
GROUP BY day, subject, session
