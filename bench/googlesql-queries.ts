/** Queries as pipelines have them, 20 to 45 lines each, over the catalog of the tests of lineage. */

const SESSIONS = `
WITH plays AS (
  SELECT
    DATE(played_at) AS day,
    user,
    track_id,
    played_at,
    ms,
    LAG(played_at) OVER (PARTITION BY user ORDER BY played_at, track_id) AS previous_time,
  FROM music.plays
  WHERE played_at >= TIMESTAMP '2026-08-01' AND played_at < TIMESTAMP '2026-08-02'
    AND user IS NOT NULL
),
numbered AS (
  SELECT
    day,
    user,
    played_at,
    track_id,
    ms,
    SUM(IF(previous_time IS NULL OR played_at >= TIMESTAMP_ADD(previous_time, INTERVAL 30 MINUTE), 1, 0))
      OVER (PARTITION BY user ORDER BY played_at, track_id ROWS UNBOUNDED PRECEDING) AS session,
  FROM plays
)
SELECT
  day,
  user,
  session,
  t.genre,
  MIN(played_at) AS started_at,
  MAX(played_at) AS ended_at,
  COUNT(*) AS plays,
  COUNT(DISTINCT track_id) AS tracks,
  SUM(ms) AS ms_played,
  ARRAY_AGG(STRUCT(track_id, ms) ORDER BY played_at LIMIT 5) AS first_tracks,
FROM numbered
LEFT JOIN music.tracks AS t ON t.id = numbered.track_id
GROUP BY day, user, session, t.genre`;

const DAILY = `
WITH plays AS (
  SELECT
    DATE(played_at) AS day,
    country,
    COUNT(*) AS plays,
    COUNT(DISTINCT user) AS listeners,
    SUM(ms) AS ms,
  FROM music.plays
  WHERE played_at >= TIMESTAMP '2026-08-01'
    AND played_at < TIMESTAMP '2026-08-02'
  GROUP BY day, country
),
people AS (
  SELECT country, COUNT(*) AS people FROM music.users WHERE country IS NOT NULL GROUP BY country
)
SELECT
  plays.day,
  COALESCE(plays.country, 'ZZ') AS country,
  plays.plays,
  plays.listeners,
  SAFE_DIVIDE(plays.listeners, people.people) AS reach,
  ROUND(plays.ms / 1000 / 60, 2) AS minutes,
  CASE WHEN plays.plays > 1000 THEN 'large' WHEN plays.plays > 100 THEN 'middle' ELSE 'small' END AS size,
FROM plays
LEFT JOIN people USING (country)
WHERE plays.plays > 0`;

const BASKET = `
SELECT
  p.user,
  DATE(p.played_at) AS day,
  p.device.os.name AS os,
  i.sku,
  SUM(i.price * i.qty) AS cost,
  SUM(i.qty) AS pieces,
  MAX(i.price) AS dearest,
  ARRAY_AGG(DISTINCT tag IGNORE NULLS) AS tags,
  ANY_VALUE(JSON_VALUE(p.payload, '$.campaign')) AS campaign,
  LOGICAL_OR(EXISTS (SELECT 1 FROM music.tracks AS t WHERE t.id = p.track_id AND t.genre = 'sale')) AS on_sale,
FROM music.plays AS p
CROSS JOIN UNNEST(p.items) AS i
LEFT JOIN UNNEST(p.tags) AS tag ON TRUE
WHERE p.country IN ('SE', 'NO', 'DK', 'FI')
  AND i.qty BETWEEN 1 AND 100
  AND NOT STARTS_WITH(i.sku, 'test')
GROUP BY p.user, day, os, i.sku
HAVING cost > 0
ORDER BY cost DESC, p.user
LIMIT 1000`;

const NEWEST = `
WITH ranked AS (
  SELECT
    u.id,
    u.name,
    LOWER(TRIM(u.email)) AS email,
    p.track_id,
    p.played_at,
    TIMESTAMP_TRUNC(p.played_at, HOUR) AS hour,
    EXTRACT(DAYOFWEEK FROM p.played_at) AS weekday,
    ROW_NUMBER() OVER (PARTITION BY u.id ORDER BY p.played_at DESC) AS place,
    FIRST_VALUE(p.country) OVER (PARTITION BY u.id ORDER BY p.played_at) AS first_country,
  FROM music.users AS u
  JOIN music.plays AS p ON p.user = u.id
  WHERE p.ms > 30000
),
newest AS (
  SELECT * EXCEPT (place), CONCAT(name, ' (', IFNULL(first_country, '?'), ')') AS label FROM ranked WHERE place <= 3
)
SELECT id, label, TO_HEX(SHA256(email)) AS email_hash, track_id, hour, weekday FROM newest
UNION ALL
SELECT id, name, NULL, NULL, TIMESTAMP '1970-01-01', 0
FROM music.users
WHERE id NOT IN (SELECT user FROM music.plays WHERE user IS NOT NULL)`;

/** Each kind many times over, no two texts alike. */
export function frontendQueries(): readonly string[] {
  const kinds = [SESSIONS, DAILY, BASKET, NEWEST];
  return Array.from({ length: 200 }, (_, i) => (kinds[i % kinds.length] ?? '').replaceAll('2026-08', `${2000 + i}-08`));
}
