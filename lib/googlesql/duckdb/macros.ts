/** Macros that generated SQL may call: where DuckDB's own functions suffice but for a detail. */

/** `name(parameters)` to the body. UTC, the usual zone, stays inside DuckDB. */
export const macros: Readonly<Record<string, string>> = {
  'gs_local(instant, zone)':
    "CASE WHEN zone = 'UTC' THEN make_timestamp(epoch_us(instant)) ELSE gs_civil(instant, zone) END",
  'gs_instant(civil, zone)':
    "CASE WHEN zone = 'UTC' THEN make_timestamptz(epoch_us(civil)) ELSE gs_civil_instant(civil, zone) END",
  'floor_div(a, b)': '(a - ((a % b) + b) % b) // b',
};
