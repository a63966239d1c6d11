/** What docs/googlesql.md says of the engine's limits beside functions. */

export const limits = {
  /** Answers that differ from BigQuery's, and will. */
  byDesign: [
    'Approximate aggregates (`APPROX_COUNT_DISTINCT`, `APPROX_QUANTILES`, `APPROX_TOP_COUNT`, `APPROX_TOP_SUM`) are exact or approximate in another way.',
    '`FLOAT64` results of mathematical functions may differ in the last bits.',
    '`TABLESAMPLE SYSTEM` takes rows, not blocks.',
    '`FOR SYSTEM_TIME AS OF` is accepted and reads the table as it is: history is not kept.',
    'Remote functions see equal arguments once in a statement, and a statement is computed again as their answers come in: behind a condition they may be asked for rows that BigQuery would not ask for, and in batches where BigQuery asks row by row.',
    'A query that is stopped while DuckDB still plans it is answered within a second, but takes processor time, and one of the four places of running statements, until it is planned. What takes long to plan: 190 calls inside each other (19 s), sums and joined strings of 380 constants (8 to 15 s), 50,000 arguments of one call (49 s).',
    'Subqueries for values (`(SELECT …)`, `EXISTS`, `IN`) stand at most 20 levels inside each other, arrays of them 10: planning takes several times as long with each level. More are refused as too complex; how many BigQuery plans is not documented.',
    'Without `ORDER BY`, rows and elements of aggregated arrays may come in another order.',
  ],
  /** What fails with `notImplemented`. */
  notServed: [
    'The types `GEOGRAPHY` and `RANGE`, collation, and procedures.',
    'Functions in JavaScript or Python and SQL aggregate functions in statements; transactions of several statements.',
    '`HAVING MAX` and `HAVING MIN` over grouping sets in aggregates other than `ANY_VALUE`.',
    '`FULL JOIN` of arrays of an outer query; `PIVOT` of expressions that vary from call to call.',
    '`EXPORT DATA` and `LOAD DATA` in scripts, in formats other than CSV and JSON, over connections; `LOAD DATA` into temporary or new tables without columns, and with `PARTITIONS`, `WITH PARTITION COLUMNS` or options of the table.',
    'Pipe `CALL` and pipe `ASSERT`; tables and named arguments as arguments of table functions.',
    'Views of `INFORMATION_SCHEMA` that are about jobs, slots, reservations or access.',
  ],
} as const;
