// Owns the line that says what one is looking at while the platform is new.
import { beginningText, isBeginning } from '../model/beginning.ts';
import type { PageState } from '../model/state.ts';
import { h, type VElement } from '../render/vnode.ts';

export function beginning({ counts, endpoints }: PageState): VElement | undefined {
  if (counts === undefined || endpoints === undefined || !isBeginning(endpoints, counts)) return undefined;
  const { title, text } = beginningText(counts);
  return h('p', { key: 'beginning', class: 'beginning' }, h('b', {}, title), ` ${text}`);
}
