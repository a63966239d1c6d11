// Owns the table of the last runs.
import { formatAgo, formatCount, formatExactly, formatTook } from '../model/format.ts';
import { runLine, type RunLine } from '../model/run-lines.ts';
import { linkTo } from '../model/route.ts';
import type { PageState } from '../model/state.ts';
import { h, type VElement } from '../render/vnode.ts';
import { mark } from './glyph.ts';
import { type Heading, listTable } from './list-table.ts';
import { breakable } from './names.ts';
import { loading, nothing } from './notice.ts';

export function runsSection(state: PageState): VElement {
  return h(
    'section',
    { class: 'runs', 'aria-labelledby': 'runs-title' },
    h('div', { class: 'head' }, h('h2', { id: 'runs-title' }, 'Last runs')),
    list(state),
  );
}

const HEADINGS: readonly Heading[] = [
  ['State'],
  ['Partition'],
  ['Why'],
  ['Took', 'number'],
  ['Rows', 'number'],
  ['When', 'number'],
];

function list({ runs, nowMs }: PageState): VElement {
  if (runs === undefined) return loading(6, 'Runs are loading');
  if (runs.length === 0) {
    return nothing(
      'Nothing has run yet.',
      'The first run comes when an hour closes. To see one now, send history: `npx trib send --historical FILE`.',
    );
  }
  return listTable(
    HEADINGS,
    runs.map((run) => row(runLine(run, nowMs), nowMs)),
  );
}

function row({ run, look, label, tookMs }: RunLine, nowMs: number): VElement {
  const { endpoint, key, reason, rows, at, code, message, generation } = run;
  const error = look === 'failed' || look === 'waiting' ? code : undefined;
  return h(
    'tr',
    { key: `${endpoint} ${key}` },
    h('td', { class: 'state', 'data-run': look }, mark(look), label),
    h(
      'td',
      { class: 'what' },
      h('a', { href: linkTo(endpoint, key) }, h('span', {}, breakable(endpoint)), ' ', h('b', {}, key)),
      error !== undefined && h('small', { class: 'error', title: message }, h('code', {}, error), ` ${message ?? ''}`),
    ),
    h('td', { class: 'why' }, reason ?? ''),
    h('td', { class: 'number' }, tookMs === undefined ? '–' : formatTook(tookMs)),
    h('td', { class: 'number' }, generation === 0 ? '–' : formatCount(rows)),
    h('td', { class: 'number', title: formatExactly(at) }, formatAgo(Date.parse(at), nowMs)),
  );
}
