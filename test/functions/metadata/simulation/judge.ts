// Owns judging a simulation that has come to rest: everything published exactly once, nothing held, every fact told.
import assert from 'node:assert/strict';
import { parsePartitionRecord, type PartitionRecord } from '#shared/pipelines/partition-record.ts';
import type { Simulation } from './simulation.ts';

/** Every stored record of a partition. */
export async function records(simulation: Simulation): Promise<readonly PartitionRecord[]> {
  const names = simulation.store.names().filter((name) => name.startsWith('partitions/'));
  const found = await Promise.all(names.map((name) => simulation.store.read(name)));
  return found.map((stored) => {
    const record = parsePartitionRecord(JSON.parse(stored?.body.toString() ?? 'null'));
    assert.ok(record !== undefined);
    return record;
  });
}

/** What the tables hold, by `endpoint key`. */
export function content(simulation: Simulation): Readonly<Record<string, readonly string[]>> {
  return inOrder(Object.fromEntries(simulation.bigQuery.tables));
}

export function inOrder<Value>(values: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Whether everything that should be there is published and nothing is under way. */
export function isAtRest(simulation: Simulation, want: Readonly<Record<string, unknown>>): () => boolean {
  return () => {
    const { partitions } = simulation.instance.metadata.parts;
    const settled = Object.keys(want).every((name) => {
      const [endpoint = '', key = ''] = name.split(' ');
      return partitions.summary(endpoint as never, key as never)?.state === 'published';
    });
    // The place of a closer that is gone is taken by the next one, when there is something to close.
    const held = simulation.store.names().some((name) => name.startsWith('pools/'));
    return settled && !held;
  };
}

/** The end that every history must come to, whatever happened on the way. */
export async function assertWhole(
  simulation: Simulation,
  want: Readonly<Record<string, readonly string[]>>,
  generations: Readonly<Record<string, number>> = {},
): Promise<void> {
  assert.deepEqual(content(simulation), inOrder(want));
  const found = await records(simulation);
  for (const record of found) {
    const name = `${record.endpoint} ${record.key}`;
    assert.equal(record.state, 'published', name);
    assert.equal(record.claim, undefined, name);
    assert.equal(record.generation, generations[name] ?? 1, `generation of ${name}`);
    const told = simulation.facts
      .filter(({ kind }) => kind === 'partition.published')
      .filter(({ endpoint, partition_key: key }) => endpoint === record.endpoint && key === record.key)
      .map(({ generation }) => generation ?? 0);
    const every = Array.from({ length: record.generation }, (_, index) => index + 1);
    assert.deepEqual(
      [...new Set(told)].sort((a, b) => a - b),
      every,
      `facts of ${name}`,
    );
    const ids = new Set(simulation.facts.map(({ fact_id: id }) => id));
    assert.ok(ids.has(`run.ended/${record.endpoint}/${record.key}/${record.run}`), `the run of ${name} is told`);
  }
  assert.equal(found.length, Object.keys(want).length);
  assert.deepEqual(
    simulation.store.names().filter((name) => name.startsWith('pools/')),
    [],
    'nothing is held',
  );
  for (const name of simulation.store.names().filter((object) => /^imports\/[^/]+$/.test(object))) {
    assert.match((await simulation.store.read(name))?.body.toString() ?? '', /"state":"finished"/);
  }
}
