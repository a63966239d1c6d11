// Owns what a partition is made of and what it waits for, as lists of endpoints and keys.
import type { OnePartition } from '../api/types.ts';
import { formatCount } from '../model/format.ts';
import { type InputGroup, missingGroups, pinGroups } from '../model/input-groups.ts';
import { linkTo } from '../model/route.ts';
import { h, type VElement } from '../render/vnode.ts';
import { breakable } from './names.ts';

/** Of a partition: what its run reads, what it was made of, what it waits for; each only where there is any. */
export function inputLists({ state, inputs, claim, missing = [] }: OnePartition): readonly (VElement | undefined)[] {
  return [
    state === 'published' ? undefined : list('Waits for', missingGroups(missing)),
    list('Reads', pinGroups(claim?.inputs ?? [])),
    list('Made of', pinGroups(inputs)),
  ];
}

function list(title: string, groups: readonly InputGroup[]): VElement | undefined {
  if (groups.length === 0) return undefined;
  return h('div', { key: title, class: 'inputs' }, h('h4', {}, title), h('ul', {}, groups.map(line)));
}

function line({ endpoint, says, first, last, count }: InputGroup): VElement {
  const one = (key: string): VElement => h('a', { class: 'key', href: linkTo(endpoint, key) }, key);
  return h(
    'li',
    {},
    h('a', { href: linkTo(endpoint) }, breakable(endpoint)),
    first === undefined || last === undefined
      ? false
      : h('span', {}, one(first), first !== last && [' to ', one(last)], count > 1 && `, ${formatCount(count)} in all`),
    h('small', {}, says),
  );
}
