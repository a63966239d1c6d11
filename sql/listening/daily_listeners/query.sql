-- One row for a day on which anybody listened.
WITH plays AS (
  SELECT
    day,
    COUNT(*) AS listeners,
    SUM(plays) AS plays,
    SUM(ms_played) AS ms_played,
  FROM listening.daily_plays
  WHERE day >= DATE(@partition_start)
    AND day < DATE(@partition_end)
  GROUP BY day
),
visits AS (
  SELECT
    day,
    COUNT(*) AS sessions,
  FROM listening.sessions
  WHERE day >= DATE(@partition_start)
    AND day < DATE(@partition_end)
  GROUP BY day
)
SELECT
  plays.day,
  plays.listeners,
  plays.plays,
  IFNULL(visits.sessions, 0) AS sessions,
  plays.ms_played,
FROM plays
LEFT JOIN visits
  ON visits.day = plays.day
