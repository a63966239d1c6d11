/** Texts that are made of GoogleSQL's words without its grammar. */
import * as fc from 'fast-check';

const WORDS: readonly string[] = [
  ...`SELECT FROM WHERE GROUP BY HAVING QUALIFY ORDER LIMIT OFFSET WITH RECURSIVE AS UNION ALL DISTINCT EXCEPT INTERSECT JOIN
LEFT FULL CROSS ON USING UNNEST PIVOT FOR IN CASE WHEN THEN ELSE END CAST SAFE_CAST EXTRACT INTERVAL DAY WEEK AT TIME ZONE NOT
AND OR IS NULL TRUE FALSE LIKE ANY BETWEEN EXISTS ARRAY STRUCT OVER PARTITION ROWS RANGE UNBOUNDED PRECEDING CURRENT ROW WINDOW
IGNORE NULLS FIRST INSERT INTO VALUES UPDATE SET DELETE MERGE MATCHED CREATE TABLE VIEW FUNCTION OPTIONS CLUSTER DROP ALTER ADD
COLUMN DECLARE DEFAULT BEGIN IF LOOP WHILE DO EXECUTE IMMEDIATE ASSERT EXPORT LOAD AGGREGATE EXTEND TABLESAMPLE COUNT SUM CONCAT
COALESCE ARRAY_AGG LAG ROW_NUMBER DATE TIMESTAMP JSON INT64 STRING d alpha beta a_int64_1 a_string_1 b_bool_1 c_float64_2 x y @p
@@v ? 1 2.5 1e3 0xff 's' "t" b'u' CURRENT_DATE SAFE ORDINAL KEY ( ) [ ] { } < > << >> <= != <> = => -> |> || + - * / . , ; : | &
^ ~ % ! $ \\ /* ' \``.split(/\s/),
  '`q r`',
  "r'\\d'",
  '"""v"""',
  '/* c */',
  '-- d\n',
  '# e\n',
  '\n',
];

const word = fc.constantFrom(...WORDS);

/** Words in any order, with or without a space between. */
export const soup: fc.Arbitrary<string> = fc
  .array(fc.tuple(word, fc.constantFrom(' ', ' ', ' ', '')), { maxLength: 60 })
  .map((parts) => parts.map(([text, space]) => `${text}${space}`).join(''));

/** A text with some of its words replaced, taken out or doubled: nearly right, so that it gets far. */
export function spoilt(text: string): fc.Arbitrary<string> {
  const words = text.split(/(\s+|\b)/).filter((part) => part !== '');
  const change = fc.record({
    at: fc.nat({ max: Math.max(0, words.length - 1) }),
    to: fc.oneof(word, fc.constant(''), fc.constantFrom(...(words.length === 0 ? [''] : words))),
  });
  return fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => {
    const changed = [...words];
    for (const { at, to } of changes) changed[at] = ` ${to} `;
    return changed.join('');
  });
}
