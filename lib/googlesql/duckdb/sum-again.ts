/** How a sum that was taken the quick way says that it may be wrong. */

/** In the text of the error that `gs_sum_again` is. */
export const SUM_AGAIN = 'gs: sum again';

/** DuckDB's own sum of NUMERICs ended beyond its widest number. */
const beyondWidest = /Overflow in HUGEINT|SUM is out of range|Overflow in (?:adding|sum)/;

/** Whether what DuckDB failed with means that the query must run again, its sums taken the wide way. */
export function isSumAgain(text: string): boolean {
  return text.includes(SUM_AGAIN) || beyondWidest.test(text);
}
