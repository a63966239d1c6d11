-- no_day_of_machines (warn): nobody plays more than 2,880 tracks of thirty seconds in a day
SELECT subject
FROM listening.daily_plays
WHERE plays > 2880;
