/** Whether a scan uses columns of something outside of it. */

import type { Scan } from '../tree/scan.ts';
import { visitScan } from '../tree/walk.ts';

/** Whether any expression of the scan refers to one of these columns. */
export function refersTo(scan: Scan, ids: ReadonlySet<number>): boolean {
  if (scan.kind === 'table' || scan.kind === 'withRef') return false;
  let found = false;
  visitScan(scan, (part) => {
    if (part.kind === 'column' && ids.has(part.column.id)) found = true;
  });
  return found;
}
