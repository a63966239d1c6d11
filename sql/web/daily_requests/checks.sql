-- visitors_within_requests (fail): nobody visits without a request
SELECT day
FROM web.daily_requests
WHERE visitors > requests;

-- one_row (fail): a day is one row, or none when nobody came
SELECT COUNT(*) AS days
FROM web.daily_requests
HAVING COUNT(*) > 1;
