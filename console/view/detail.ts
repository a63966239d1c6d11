// Owns the panel of one endpoint: its partitions, what it promises, what is in it, what it is made of.
import type { Contract, Endpoint, Partition } from '../api/types.ts';
import { formatCount, formatDuration, formatPercent } from '../model/format.ts';
import { freshnessText, promiseText } from '../model/freshness.ts';
import { factsOf, lookOf, LOOKS } from '../model/partition-states.ts';
import { linkTo } from '../model/route.ts';
import { type ChosenPartition, FIRST_HISTORY, type PageState } from '../model/state.ts';
import { h, type VElement } from '../render/vnode.ts';
import { mark } from './glyph.ts';
import { partitionGrid } from './grid.ts';
import { inputLists } from './inputs.ts';
import { breakable } from './names.ts';
import { loading, nothing } from './notice.ts';
import { schemaTable } from './schema.ts';

/** The panel; nothing while no endpoint is open. */
export function detail(state: PageState): VElement | undefined {
  const id = state.route.endpoint;
  if (id === undefined) return undefined;
  const endpoint = state.endpoints?.find((one) => one.id === id);
  const contract = state.contract?.id === id ? state.contract : undefined;
  return h(
    'aside',
    { key: 'detail', class: 'detail', 'aria-labelledby': 'detail-title' },
    h(
      'div',
      { class: 'bar' },
      h('h2', { id: 'detail-title', tabindex: -1 }, breakable(id)),
      endpoint !== undefined && h('span', { class: 'kind' }, endpoint.kind),
      h('span', { class: 'space' }),
      h('a', { class: 'icon', href: linkTo(), 'aria-label': 'Close', title: 'Close (Esc)' }, '✕'),
    ),
    h('div', { class: 'body' }, body(state, endpoint, contract)),
  );
}

function body(
  state: PageState,
  endpoint: Endpoint | undefined,
  contract: Contract | undefined,
): readonly (VElement | undefined)[] {
  if (state.endpoints !== undefined && endpoint === undefined) {
    return [
      nothing('There is no such endpoint.', 'It may have been removed, or the catalog that has it is not applied.'),
    ];
  }
  if (endpoint === undefined) return [loading(8, 'The endpoint is loading')];
  return [
    h('p', { class: 'description' }, endpoint.description),
    standing(endpoint, state.nowMs),
    partitionsPart(state, endpoint),
    ...(contract === undefined ? [contractMissing(state)] : contractParts(contract)),
  ];
}

function contractMissing({ contractFailure }: PageState): VElement {
  if (contractFailure === undefined) return loading(5, 'The contract is loading');
  return nothing(contractFailure.title, contractFailure.hint);
}

function standing(endpoint: Endpoint, nowMs: number): VElement {
  const { owner, grain, retention, promise, partitions } = endpoint;
  const { state, label, detail: why } = freshnessText(endpoint, nowMs);
  const objective = promise?.kind === 'deadline' ? ` (${formatPercent(promise.objective)})` : '';
  return facts([
    ['Freshness', [h('span', { class: 'state', 'data-fresh': state }, mark(state), label), h('small', {}, why)]],
    ['Promise', promise === undefined ? 'none' : `${promiseText(promise)}${objective}`],
    ['Owner', owner],
    ['Grain', grain],
    ['Retention', formatDuration(retention)],
    ['Rows', formatCount(partitions.rows)],
  ]);
}

function facts(list: readonly (readonly [string, string | readonly (VElement | string)[]])[]): VElement {
  return h(
    'dl',
    { class: 'facts' },
    list.map(([name, value]) => h('div', { key: name }, h('dt', {}, name), h('dd', {}, value))),
  );
}

function partitionsPart({ history, route, historyLength, chosen }: PageState, { id, grain }: Endpoint): VElement {
  const loaded = history?.id === id ? history : undefined;
  const older = loaded === undefined ? 0 : loaded.total - loaded.partitions.length;
  return h(
    'section',
    {},
    h('h3', {}, 'Partitions'),
    loaded === undefined && loading(4, 'Partitions are loading'),
    loaded?.partitions.length === 0 &&
      nothing('No partition is expected yet.', 'The first one is expected once what it is made of has one.'),
    loaded !== undefined &&
      loaded.partitions.length > 0 &&
      h('div', { class: 'scroll' }, partitionGrid({ endpoint: id, grain, history: loaded, current: route.partition })),
    onePartition(id, route.partition, loaded?.partitions ?? [], chosen),
    older > 0 &&
      h(
        'button',
        { type: 'button', class: 'more', 'data-action': 'older' },
        `Show ${formatCount(Math.min(older, historyLength, FIRST_HISTORY * 4))} older of ${formatCount(older)}`,
      ),
  );
}

/** What the list says of it, which comes first, and once it is there everything else. */
function onePartition(
  endpoint: string,
  key: string | undefined,
  listed: readonly Partition[],
  chosen: ChosenPartition | undefined,
): VElement | false {
  if (key === undefined) return false;
  const whole = chosen?.endpoint === endpoint && chosen.partition.key === key ? chosen.partition : undefined;
  const partition = listed.find((one) => one.key === key) ?? whole;
  if (partition === undefined) return false;
  const look = lookOf(partition);
  return h(
    'div',
    { class: 'chosen' },
    h('p', { class: 'title' }, mark(look), h('b', {}, partition.key), h('span', {}, LOOKS[look].means)),
    facts(factsOf(partition)),
    whole?.failure?.message !== undefined && h('p', { class: 'error' }, whole.failure.message),
    whole !== undefined && inputLists(whole),
  );
}

function contractParts({ about, readers, query }: Contract): readonly (VElement | undefined)[] {
  return [
    h(
      'section',
      { class: 'lineage' },
      h('h3', {}, 'Lineage'),
      facts([
        ['Made of', links(about.inputs)],
        ['Read by', links(about.consumers)],
      ]),
    ),
    h('section', {}, h('h3', {}, 'Schema'), schemaTable(about.schema)),
    h(
      'section',
      {},
      h('h3', {}, 'Contract'),
      facts([
        ['Contact', about.contact],
        [
          'Purpose',
          about.purposes.map(({ id, description, legalBasis }) =>
            h('p', { title: description }, `${id}, ${legalBasis}`),
          ),
        ],
        ['Readers', readers.length === 0 ? 'nobody beside the owner' : readers.join(', ')],
        [
          'Checks',
          about.checks.length === 0
            ? 'none'
            : about.checks.map(({ name, severity }) => h('p', {}, `${name} (${severity})`)),
        ],
      ]),
    ),
    query === undefined
      ? undefined
      : h('details', {}, h('summary', {}, 'Query'), h('pre', { class: 'sql', tabindex: 0 }, query)),
  ];
}

function links(ids: readonly string[]): string | readonly VElement[] {
  if (ids.length === 0) return 'nothing';
  return ids.map((id) =>
    // An event type has no page of its own: its endpoint is the one that is open.
    /\.[A-Z]/.test(id) ? h('p', {}, id) : h('p', {}, h('a', { href: linkTo(id) }, breakable(id))),
  );
}
