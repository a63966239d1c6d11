// Owns made-up resources for property tests of the planner: few names, so that what is wanted and what is there collide.
import * as fc from 'fast-check';
import {
  type ColumnResource,
  MANAGED_LABEL,
  type Resource,
  resourceId,
  type ResourceId,
  type WantedResource,
} from '#shared/catalog/operator/resource.ts';

const DATASETS = ['one', 'two'];
const TABLES = DATASETS.flatMap((dataset) => ['a', 'b'].map((name) => `${dataset}.${name}`));

const managed = { [MANAGED_LABEL.key]: MANAGED_LABEL.value };
const ours = fc.record({ owner: fc.constantFrom('team-a', 'team-b') }).map((labels) => ({ ...labels, ...managed }));
/** Labels as the cloud may have them: ours, ours and somebody's, or somebody's only. */
const found = fc.oneof(
  ours,
  ours.map((labels) => ({ ...labels, theirs: 'yes' })),
  fc.constant({ theirs: 'yes' }),
);

const column = (modes: readonly ColumnResource['mode'][]): fc.Arbitrary<ColumnResource> =>
  fc.record({
    name: fc.constantFrom('x', 'y', 'z'),
    type: fc.constantFrom('STRING', 'STRING', 'STRING', 'INTEGER'),
    mode: fc.constantFrom(...modes),
    description: fc.constantFrom('One thing.', 'Another thing.'),
  });

const columns = (modes: readonly ColumnResource['mode'][]): fc.Arbitrary<readonly ColumnResource[]> =>
  fc.uniqueArray(column(modes), { selector: ({ name }) => name, minLength: 1, maxLength: 3 });

const partitioning = fc.option(
  fc.record({
    column: fc.constant('day'),
    unit: fc.constantFrom('DAY' as const, 'DAY' as const, 'HOUR' as const),
    expirationMs: fc.constantFrom(undefined, 86_400_000, 864_000_000),
  }),
  { nil: undefined },
);

type Labels = fc.Arbitrary<Record<string, string>>;

function resources(labels: Labels, modes: readonly ColumnResource['mode'][], topics: fc.Arbitrary<string | undefined>) {
  const described = fc.constantFrom('As it was.', 'As it is.');
  const dataset = fc.record({
    kind: fc.constant('dataset' as const),
    name: fc.constantFrom(...DATASETS),
    location: fc.constant('eu'),
    description: described,
    labels,
  });
  const table = fc.record({
    kind: fc.constant('table' as const),
    name: fc.constantFrom(...TABLES),
    description: described,
    columns: columns(modes),
    partitioning,
    labels,
  });
  const view = fc.record({
    kind: fc.constant('view' as const),
    name: fc.constantFrom('one.v', 'two.v', 'one.a'),
    description: described,
    query: fc.constantFrom('SELECT 1', 'SELECT 2'),
    labels,
  });
  const access = fc.record({
    kind: fc.constant('access' as const),
    name: fc.constantFrom(...TABLES),
    readers: fc.constantFrom(['group:a@example.com'], ['group:b@example.com']),
  });
  const topic = fc.record({
    kind: fc.constant('topic' as const),
    name: fc.constantFrom('t', 'u'),
    regions: fc.constantFrom(['eu'], ['us']),
    labels,
  });
  const subscription = fc.record({
    kind: fc.constant('subscription' as const),
    name: fc.constantFrom('land.t', 'land.u'),
    topic: topics,
    landing: fc.record({
      table: fc.constantFrom(...TABLES),
      writes: fc.constant('fields' as const),
      writeMetadata: fc.boolean(),
      dropUnknownFields: fc.constant(true),
      backoffSeconds: fc.constant({ min: 1, max: 60 }),
      retentionSeconds: fc.constant(600),
    }),
    labels,
  });
  const workflow = fc.record({
    kind: fc.constant('workflow' as const),
    name: fc.constantFrom('w', 'x'),
    description: described,
    source: fc.constantFrom('main: 1', 'main: 2'),
    serviceAccount: fc.constant('a@example.com'),
    environment: fc.constantFrom({}, { A: 'b' }),
    labels,
  });
  const sharing = fc.record({
    kind: fc.constant('sharing' as const),
    name: fc.constantFrom(...DATASETS),
    readers: fc.constantFrom([], ['a@example.com'], ['b@example.com']),
  });
  const routine = fc.record({
    kind: fc.constant('routine' as const),
    name: fc.constantFrom('one.f', 'two.f'),
    description: described,
    parameters: fc.constant([{ name: 'x', type: 'STRING' as const }]),
    returns: fc.constant('JSON' as const),
    endpoint: fc.constantFrom('https://a.example.com', 'https://b.example.com'),
    connection: fc.constant('projects/p/locations/eu/connections/c'),
    context: fc.constantFrom({}, { purpose: 'a' }),
    maxBatchingRows: fc.constant(10),
  });
  const any: fc.Arbitrary<Resource> = fc.oneof(
    dataset,
    table,
    view,
    access,
    sharing,
    routine,
    topic,
    subscription,
    workflow,
  );
  return fc.uniqueArray(any, { selector: resourceId, maxLength: 14 });
}

/** Resources that somebody wants, each with what it needs, and each after that. */
export const wantedResources: fc.Arbitrary<readonly WantedResource[]> = resources(
  ours,
  ['NULLABLE', 'REPEATED'],
  fc.constantFrom('t', 'u'),
).map((given) => {
  const whole = complete(given).filter(
    (one, _index, all) => one.kind !== 'view' || !all.some(({ kind, name }) => kind === 'table' && name === one.name),
  );
  return whole.map((resource) => ({ resource, by: 'a test', after: needsOf(resource) }));
});

/** Resources as a cloud may have them: whole, whoever made them. */
export const foundResources: fc.Arbitrary<readonly Resource[]> = resources(
  found,
  ['NULLABLE', 'NULLABLE', 'REQUIRED'],
  fc.constantFrom('t', 'u', undefined),
).map(complete);

/** What must be there before a resource. */
function needsOf(resource: Resource): readonly ResourceId[] {
  const dataset = resource.name.split('.')[0] ?? '';
  if (['table', 'view', 'sharing', 'routine'].includes(resource.kind)) return [`dataset ${dataset}`];
  if (resource.kind === 'access') return [`table ${resource.name}`];
  if (resource.kind !== 'subscription') return [];
  const topic = resource.topic === undefined ? [] : ([`topic ${resource.topic}`] as const);
  return [...topic, `table ${resource.landing.table}`];
}

/** The resources with what they need and was not among them; never a table and a view of one name. */
function complete(given: readonly Resource[]): readonly Resource[] {
  const all = new Map(given.map((resource) => [resourceId(resource), resource]));
  const add = (id: ResourceId): void => {
    if (all.has(id)) return;
    const [kind = '', name = ''] = id.split(' ');
    const labels = { owner: 'team-a', ...managed };
    if (kind === 'dataset') all.set(id, { kind, name, location: 'eu', description: 'As it is.', labels });
    if (kind === 'topic') all.set(id, { kind, name, regions: ['eu'], labels });
    if (kind === 'table') {
      const columns = [{ name: 'x', type: 'STRING', mode: 'NULLABLE', description: 'One thing.' }] as const;
      all.set(id, { kind, name, description: 'As it is.', columns, labels });
      add(`dataset ${name.split('.')[0]}`);
    }
  };
  for (const resource of given) for (const id of needsOf(resource)) add(id);
  return [...all.values()];
}
