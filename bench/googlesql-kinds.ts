/** Questions of many kinds, each for the engine and for plain DuckDB, over tables of the same values. */

/** Two statements that mean the same where neither overflows, divides by zero or meets what is no number. */
export interface Kind {
  readonly engine: string;
  readonly plain: string;
}

/** A table `d.mixed` of `thousands` thousand rows in GoogleSQL. */
export function mixedTable(thousands: number): Kind {
  return {
    engine: `CREATE TABLE d.mixed AS SELECT a * 1000 + b AS id, MOD(a * 1000 + b, 1000) AS k, CAST(b AS FLOAT64) AS v,
      FORMAT('s%d', MOD(a, 100)) AS s, CAST(b AS NUMERIC) / 4 AS m, TIMESTAMP_SECONDS(1700000000 + a * 100 + b) AS t
      FROM UNNEST(GENERATE_ARRAY(0, ${thousands - 1})) AS a, UNNEST(GENERATE_ARRAY(0, 999)) AS b`,
    plain: `CREATE TABLE mixed AS SELECT a * 1000 + b AS id, (a * 1000 + b) % 1000 AS k, CAST(b AS DOUBLE) AS v,
      's' || (a % 100) AS s, CAST(b / 4 AS DECIMAL(38, 9)) AS m, to_timestamp(1700000000 + a * 100 + b) AS t
      FROM range(${thousands}) AS x(a), range(1000) AS y(b)`,
  };
}

const same = (sql: string): Kind => ({ engine: sql.replaceAll(' mixed', ' d.mixed'), plain: sql });

export const kinds: Readonly<Record<string, Kind>> = {
  'sums of floats': same('SELECT k, SUM(v) AS x, AVG(v) AS y FROM mixed GROUP BY k'),
  'arithmetic of floats': same('SELECT SUM(v * 2 + 1) AS x, SUM(v / 3) AS y FROM mixed'),
  'arithmetic of integers': same('SELECT SUM(id * 2 + k) AS x FROM mixed'),
  'sums of decimals': same('SELECT k, SUM(m) AS m FROM mixed GROUP BY k'),
  filters: same("SELECT COUNT(*) AS n FROM mixed WHERE MOD(id, 7) = 3 AND s LIKE 's1%'"),
  'distinct counts': same('SELECT k, COUNT(DISTINCT s) AS n FROM mixed GROUP BY k'),
  joins: same(
    'SELECT s, COUNT(*) AS n FROM mixed JOIN (SELECT DISTINCT k AS j FROM mixed WHERE id < 300) AS few ON few.j = k GROUP BY s',
  ),
  days: {
    engine: 'SELECT TIMESTAMP_TRUNC(t, DAY) AS d, COUNT(*) AS n FROM d.mixed GROUP BY d',
    plain: "SELECT date_trunc('day', t) AS d, count(*) AS n FROM mixed GROUP BY d",
  },
  texts: same('SELECT COUNT(DISTINCT CONCAT(UPPER(s), SUBSTR(s, 2, 1))) AS n FROM mixed'),
  conditions: {
    engine: "SELECT COUNTIF(v > 500) AS a, SUM(IF(s = 's1', 1, 0)) AS b FROM d.mixed",
    plain: "SELECT count(CASE WHEN v > 500 THEN 1 END) AS a, sum(CASE WHEN s = 's1' THEN 1 ELSE 0 END) AS b FROM mixed",
  },
  'first of each group': same(
    'SELECT id, k, v FROM mixed WHERE id < 1000000 QUALIFY ROW_NUMBER() OVER (PARTITION BY k ORDER BY id DESC) = 1',
  ),
  'the greatest': same('SELECT id, v, s FROM mixed ORDER BY id DESC LIMIT 100'),
};
