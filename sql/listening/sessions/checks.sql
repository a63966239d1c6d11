-- ends_after_it_starts (fail): no session ends before it starts
SELECT subject
FROM listening.sessions
WHERE ended_at < started_at;
