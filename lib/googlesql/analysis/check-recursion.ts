/** Where the recursive term of WITH RECURSIVE must not name its table. Source: GoogleSQL "RECURSIVE keyword", rules. */

import { SqlError } from '../syntax/sql-error.ts';
import { scanExpressions, scanInputs } from '../tree/children.ts';
import type { Scan } from '../tree/scan.ts';
import { visitOwnExpression } from '../tree/walk.ts';

const subquery = 'A recursive reference from inside an expression subquery is not allowed';
const aggregated =
  'A subquery containing a recursive reference must not use DISTINCT, GROUP BY, or any aggregate function';
const distinctSet =
  'A subquery containing a recursive reference must not use INTERSECT, UNION, or EXCEPT with the DISTINCT modifier';
const analytic = 'A subquery containing a recursive reference must not use an analytic function';
const sampled = 'A subquery containing a recursive reference must not use the TABLESAMPLE operator';
const ordered = 'A subquery containing a recursive reference must not contain an ORDER BY clause';
const limited = 'A query containing a recursive reference must not use a LIMIT clause';
const leftJoin = 'A query containing a recursive reference must not be used as the right operand of a LEFT JOIN';
const rightJoin = 'A query containing a recursive reference must not be used as the left operand of a RIGHT JOIN';
const fullJoin = 'A query containing a recursive reference must not be used as an operand of a FULL OUTER JOIN';

/** Of several rules that are broken, the first of these is told. */
const order = [subquery, aggregated, distinctSet, analytic, sampled, ordered, limited, leftJoin, rightJoin, fullJoin];

const ofKind: Readonly<Partial<Record<Scan['kind'], string>>> = {
  aggregate: aggregated,
  distinct: aggregated,
  window: analytic,
  sample: sampled,
  order: ordered,
  limit: limited,
};

/** Throws where the term names the table of that id in a forbidden place; `at` is where it names it. */
export function checkRecursion(term: Scan, id: number, at: number): void {
  walk(term, [], (broken) => {
    const rule = order.find((one) => broken.includes(one));
    if (rule !== undefined) throw new SqlError(rule, at);
  });

  function walk(scan: Scan, broken: readonly string[], found: (broken: readonly string[]) => void): void {
    if (scan.kind === 'withRef' && scan.id === id) found(broken);
    const own = ofKind[scan.kind];
    const inside = own === undefined ? broken : [...broken, own];
    for (const [i, inner] of scanInputs(scan).entries()) {
      const rule = inputRule(scan, i);
      walk(inner, rule === undefined ? inside : [...inside, rule], found);
    }
    for (const expression of scanExpressions(scan)) {
      visitOwnExpression(expression, (part) => {
        if (part.kind === 'subquery') walk(part.query.scan, [...inside, subquery], found);
      });
    }
  }
}

/** What a scan forbids of one of its inputs. */
function inputRule(scan: Scan, input: number): string | undefined {
  if (scan.kind === 'set') return scan.distinct ? distinctSet : undefined;
  if (scan.kind !== 'join') return undefined;
  if (scan.join === 'FULL') return fullJoin;
  if (scan.join === 'LEFT' && input === 1) return leftJoin;
  return scan.join === 'RIGHT' && input === 0 ? rightJoin : undefined;
}
