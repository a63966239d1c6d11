-- One row for a day that had requests.
SELECT
  DATE(hour) AS day,
  COUNT(*) AS requests,
  COUNT(DISTINCT subject) AS visitors,
FROM web.page_requested
WHERE hour >= @partition_start
  AND hour < @partition_end
GROUP BY day
