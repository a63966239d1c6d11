-- One row for a listener and day.
SELECT
  DATE(hour) AS day,
  subject,
  COUNT(*) AS plays,
  SUM(ms_played) AS ms_played,
FROM listening.track_played
WHERE hour >= @partition_start
  AND hour < @partition_end
  AND subject IS NOT NULL
GROUP BY day, subject
