// Owns the guess at what somebody meant to write.

const MAX_LISTED = 16;

/** `did you mean "retention"?` when a known name is close to what was written; undefined when none is. */
export function didYouMean(written: string, known: Iterable<string>): string | undefined {
  const limit = Math.max(1, Math.floor(written.length / 3));
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const name of known) {
    const distance = editDistance(written.toLowerCase(), name.toLowerCase(), limit);
    if (distance <= limit && (best === undefined || distance < best.distance)) best = { name, distance };
  }
  const meant = best?.name ?? sameBeginning(written, known);
  return meant === undefined ? undefined : `did you mean "${meant}"?`;
}

/** Known names as a list that stays readable: the first sixteen in order, then how many more there are. */
export function listNames(known: Iterable<string>): string {
  const names = [...known].sort();
  if (names.length === 0) return 'none is declared yet';
  const rest = names.length - MAX_LISTED;
  return `${names.slice(0, MAX_LISTED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** The known name that begins what was written, or that it begins: `minimum` is `min`. */
function sameBeginning(written: string, known: Iterable<string>): string | undefined {
  const text = written.toLowerCase();
  return [...known].find(
    (name) => Math.min(name.length, text.length) >= 3 && (text.startsWith(name) || name.startsWith(text)),
  );
}

/** Insertions, deletions, replacements and swaps of neighbours between two texts; gives up above the limit. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let [beforeLast, last]: [readonly number[], readonly number[]] = [
    [],
    Array.from({ length: b.length + 1 }, (_, i) => i),
  ];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = cell(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? cell(beforeLast, j - 2) + 1 : replaced;
      row.push(Math.min(replaced, swapped, cell(last, j) + 1, cell(row, j - 1) + 1));
    }
    [beforeLast, last] = [last, row];
  }
  return cell(last, b.length);
}

function cell(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
