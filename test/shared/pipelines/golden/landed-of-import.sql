SELECT boot, MIN(sequence) AS first_sequence, MAX(sequence) AS last_sequence
FROM (
  SELECT boot, sequence, sequence - ROW_NUMBER() OVER (PARTITION BY boot ORDER BY sequence) AS island
  FROM (
    SELECT DISTINCT boot, sequence FROM `raw.music_played` WHERE received_at >= @since AND import_id = @import_id
  )
)
GROUP BY boot, island
ORDER BY boot, first_sequence
