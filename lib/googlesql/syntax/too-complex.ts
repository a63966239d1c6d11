/** The refusal of statements that would take more time and memory than any that means something. */

/** As BigQuery words it. */
export const TOO_COMPLEX =
  'Resources exceeded during query execution: Not enough resources for query planning - too many subqueries or query is too complex.';
