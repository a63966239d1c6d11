// Owns the table of the last erasures.
import { formatAgo, formatDay, formatExactly, formatTook } from '../model/format.ts';
import { erasureLine, type ErasureLine } from '../model/erasure-lines.ts';
import type { PageState } from '../model/state.ts';
import { h, type VElement } from '../render/vnode.ts';
import { mark } from './glyph.ts';
import { type Heading, listTable } from './list-table.ts';
import { loading, nothing } from './notice.ts';

export function erasuresSection(state: PageState): VElement {
  return h(
    'section',
    { class: 'erasures', 'aria-labelledby': 'erasures-title' },
    h('div', { class: 'head' }, h('h2', { id: 'erasures-title' }, 'Erasures')),
    list(state),
  );
}

const HEADINGS: readonly Heading[] = [
  ['State'],
  ['Erasure'],
  ['Took', 'number'],
  ['Due', 'number'],
  ['When', 'number'],
];

function list({ erasures, nowMs }: PageState): VElement {
  if (erasures === undefined) return loading(2, 'Erasures are loading');
  if (erasures.length === 0) {
    return nothing(
      'Nobody has asked to be forgotten in 90 days.',
      '`npx trib erase USER` asks. What happens is told here, whom it is about is not.',
    );
  }
  return listTable(
    HEADINGS,
    erasures.map((erasure) => row(erasureLine(erasure, nowMs), nowMs)),
  );
}

function row({ erasure, look, label, tookMs }: ErasureLine, nowMs: number): VElement {
  const { id, meaning, receivedAt, dueAt } = erasure;
  return h(
    'tr',
    { key: id },
    h('td', { class: 'state', 'data-fresh': look, title: meaning }, mark(look), label),
    h('td', { class: 'id', title: id }, id),
    h('td', { class: 'number' }, tookMs === undefined ? '–' : formatTook(tookMs)),
    h('td', { class: 'number', title: formatExactly(dueAt) }, formatDay(dueAt)),
    h('td', { class: 'number', title: formatExactly(receivedAt) }, formatAgo(Date.parse(receivedAt), nowMs)),
  );
}
