/** Functions that BigQuery documents and that are not served locally, so that a call says so instead of "not found". */

/** One area of the function reference: its page, and which names are its. */
export interface UnsupportedArea {
  readonly title: string;
  /** Upper-case names; a name that ends in `*` stands for all that begin so. */
  readonly names: readonly string[];
}

/** Source: BigQuery's list of functions, https://cloud.google.com/bigquery/docs/reference/standard-sql/functions-all. */
export const unsupportedAreas: readonly UnsupportedArea[] = [
  { title: 'AI and ML', names: ['AI.*', 'ML.*', 'OBJ.*'] },
  { title: 'Collation', names: ['COLLATE'] },
  {
    title: 'Encryption with Cloud KMS and DLP',
    names: [
      'DLP_DETERMINISTIC_DECRYPT',
      'DLP_DETERMINISTIC_ENCRYPT',
      'DLP_KEY_CHAIN',
      'KEYS.KEYSET_CHAIN',
      'KEYS.NEW_WRAPPED_KEYSET',
      'KEYS.REWRAP_KEYSET',
      'KEYS.ROTATE_WRAPPED_KEYSET',
    ],
  },
  { title: 'Geography', names: ['S2_*', 'ST_*'] },
  { title: 'JSON', names: ['JSON_FLATTEN'] },
  { title: 'Net', names: ['NET.*'] },
  {
    title: 'Ranges',
    names: [
      'GENERATE_RANGE_ARRAY',
      'RANGE',
      'RANGE_CONTAINS',
      'RANGE_END',
      'RANGE_INTERSECT',
      'RANGE_OVERLAPS',
      'RANGE_SESSIONIZE',
      'RANGE_START',
    ],
  },
  { title: 'Search and text analysis', names: ['BAG_OF_WORDS', 'SEARCH', 'TEXT_ANALYZE', 'TF_IDF', 'VECTOR_SEARCH'] },
  { title: 'Sketches', names: ['HLL_COUNT.*', 'KLL_QUANTILES.*'] },
  {
    title: 'Table functions',
    names: ['APPENDS', 'CHANGES', 'EXTERNAL_OBJECT_TRANSFORM', 'EXTERNAL_QUERY', 'GAP_FILL'],
  },
];

/** Whether BigQuery has a function of this upper-case name that is not served. */
export function isUnsupported(name: string): boolean {
  return unsupportedAreas.some(({ names }) =>
    names.some((known) => (known.endsWith('*') ? name.startsWith(known.slice(0, -1)) : name === known)),
  );
}
