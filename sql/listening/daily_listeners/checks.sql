-- somebody_for_every_session (fail): a session has a listener, and a listener has a play
SELECT day
FROM listening.daily_listeners
WHERE listeners > plays OR sessions > plays;
