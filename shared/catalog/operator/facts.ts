// Owns the shape of facts: what is recorded of everything that the platform does, in one table that views make sense of.
import type { Column } from '../column.ts';
import { platformColumn as column } from './platform-column.ts';

/** The kinds of fact, and the view of the `platform` dataset that shows each. */
export const FACT_VIEWS = {
  'partition.published': { view: 'partitions', description: 'Every generation of a partition that was published.' },
  'run.ended': { view: 'runs', description: 'Every run and how it ended.' },
  'audit.counted': { view: 'audits', description: 'What the audits of staged partitions counted.' },
  'lineage.edge': { view: 'lineage', description: 'Which generation of which partition was made of which others.' },
  'erasure.step': { view: 'erasures', description: 'Every step of every erasure.' },
  'access.recorded': { view: 'accesses', description: 'Every opening of sealed values: by whom, for what, how many.' },
} as const satisfies Readonly<Record<string, { readonly view: string; readonly description: string }>>;

/** A kind of fact. */
export type FactKind = keyof typeof FACT_VIEWS;

/** The columns of `platform.facts`, which a subscription writes from JSON messages of the same fields. */
export const FACT_COLUMNS: readonly Column[] = [
  column('fact_id', 'STRING', 'Follows from what happened, so that a fact told twice is recognised.'),
  column('kind', 'STRING', 'What happened.'),
  column('at', 'TIMESTAMP', 'When it happened.'),
  column('endpoint', 'STRING', 'The endpoint it is about.'),
  column('partition_key', 'STRING', 'The partition it is about.'),
  column('generation', 'INT64', 'The generation of the partition.'),
  column('run', 'STRING', 'The run in which it happened.'),
  column('body', 'JSON', 'Everything else, by kind; never anything of a person.'),
];

/** The query of the view of one kind: each fact once, though it may have been told more often. */
export function factViewQuery(kind: FactKind): string {
  const names = FACT_COLUMNS.map(({ name }) => name).filter((name) => name !== 'kind');
  return [
    `SELECT\n  ${names.join(',\n  ')}`,
    'FROM `platform.facts`',
    `WHERE kind = '${kind}'`,
    'QUALIFY ROW_NUMBER() OVER (PARTITION BY fact_id ORDER BY at) = 1',
    '',
  ].join('\n');
}
