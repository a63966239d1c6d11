// Owns the form of every list: a line of headings, and under it a row for each thing.
import { h, type VElement } from '../render/vnode.ts';

/** What stands over a column, and the class by which its cells are laid out. */
export type Heading = readonly [name: string, style?: string];

/** A table with these headings and rows. */
export function listTable(headings: readonly Heading[], rows: readonly VElement[]): VElement {
  const cells = headings.map(([name, style]) => h('th', { scope: 'col', class: style }, name));
  return h('table', { class: 'list' }, h('thead', {}, h('tr', {}, cells)), h('tbody', {}, rows));
}
