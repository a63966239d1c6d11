/** A repository of 1,800 event types: half of them of as many shapes, half with the fields of listening.TrackPlayed. */
import { fileURLToPath } from 'node:url';
import type { Catalog } from '#shared/catalog/catalog.ts';
import { compileCatalog } from '#shared/catalog/compile-catalog.ts';
import { formatProblem } from '#shared/catalog/problem.ts';
import { readDeclarations } from '#shared/catalog/read-folder.ts';

export const TYPES = 1800;
/** So many of them can be sent wherever listening.TrackPlayed can. */
export const COPIES = TYPES / 2;

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DOMAINS = 60;

/** The name of a copy: as long as `TrackPlayed`, so that it can be written over it in a request. */
export function copyName(index: number): string {
  return `Copied${String(index % COPIES).padStart(5, '0')}`;
}

/** Texts by path: this repository's own declarations, and the others. */
export function declarationsOfMany(): ReadonlyMap<string, string> {
  const files = new Map(readDeclarations(ROOT).files);
  const played = files.get('events/listening/TrackPlayed.yaml') ?? '';
  for (let index = 0; index < COPIES; index += 1) files.set(`events/listening/${copyName(index)}.yaml`, played);
  for (let index = 0; index < TYPES - COPIES; index += 1)
    files.set(`events/area${index % DOMAINS}/Thing${index}.yaml`, varied(index));
  return files;
}

/** @throws Error when they do not compile */
export function catalogOfMany(files: ReadonlyMap<string, string> = declarationsOfMany()): Catalog {
  const compiled = compileCatalog(files);
  if (compiled.kind === 'failed') throw new Error(compiled.problems.slice(0, 5).map(formatProblem).join('\n'));
  return compiled.catalog;
}

const ABOUT = 'semantic: metric, description: A field of the benchmark.';

/** One field of each kind, by turns; each with a sentence and limits of its own, as people write them. */
const FIELDS: readonly ((name: string, index: number) => readonly [line: string, example: string])[] = [
  (name, n) => [
    `${name}: {type: string, max_length: ${20 + n}, semantic: content.id, description: The id of some content.}`,
    'abc',
  ],
  (name, n) => [`${name}: {type: int64, min: 0, max: ${1000 + n}, ${ABOUT}}`, '7'],
  (name) => [`${name}: {type: bool, ${ABOUT}}`, 'true'],
  (name, n) => [
    `${name}: {type: enum, values: [one, two, v${n}], semantic: content.kind, description: One of a few kinds.}`,
    'two',
  ],
  (name) => [
    `${name}: {type: string, format: email, semantic: user.email, privacy: seal, description: Where to write.}`,
    'a@example.com',
  ],
  (name) => [`${name}: {type: timestamp, semantic: time, description: When it was shown.}`, "'2026-08-01T13:00:00Z'"],
  (name, n) => [`${name}: {type: string, pattern: '[a-z]{1,${1 + (n % 60)}}', ${ABOUT}}`, 'abc'.slice(0, 1)],
  (name) => [
    `${name}: {type: list, of: {type: string, max_length: 64}, max_items: 20, semantic: content.id, description: Several ids of content.}`,
    '[a, b]',
  ],
  (name) => [
    `${name}: {type: record, description: Some values that belong together., fields: {width: {type: float64, ${ABOUT}}, height: {type: numeric, optional: true, ${ABOUT}}}}`,
    '{width: 0.5}',
  ],
  (name) => [
    `${name}: {type: string, semantic: device.id, privacy: token, description: The device that it was on.}`,
    'd1',
  ],
];

function varied(index: number): string {
  const count = 8 + (index % 17);
  const fields = Array.from({ length: count }, (_, at) => {
    const name = `f${at}_${index % 7}`;
    const [line, example] = FIELDS[(index * 7 + at * 3) % FIELDS.length]?.(name, index) ?? ['', ''];
    return { line: `  ${line}`, example: `${name}: ${example}` };
  });
  return [
    `description: The ${index}th thing that the benchmark declares.`,
    'owner: team-platform',
    'tier: bronze',
    'purpose: product-analytics',
    `grain: ${index % 2 === 0 ? 'hour' : 'day'}`,
    'retention: P90D',
    'fields:',
    ...fields.map(({ line }) => line),
    'examples:',
    `  - {${fields.map(({ example }) => example).join(', ')}}`,
    '',
  ].join('\n');
}
