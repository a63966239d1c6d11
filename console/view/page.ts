// Owns the whole page.
import type { PageState } from '../model/state.ts';
import { h, type VNode } from '../render/vnode.ts';
import { beginning } from './beginning.ts';
import { detail } from './detail.ts';
import { endpointsSection } from './endpoints.ts';
import { erasuresSection } from './erasures.ts';
import { eventsSection } from './events.ts';
import { header } from './header.ts';
import { firstFailure, notice } from './notice.ts';
import { runsSection } from './runs.ts';
import { tiles } from './tiles.ts';
import { tooltip } from './tooltip.ts';

/** The children of the body. */
export function page(state: PageState): readonly VNode[] {
  const panel = detail(state);
  const tip = tooltip(state);
  const failure = firstFailure(state);
  if (failure !== undefined) return [header(state), h('main', { key: 'failure' }, failure)];
  return [
    header(state),
    h(
      'main',
      { key: 'main' },
      beginning(state),
      tiles(state),
      endpointsSection(state),
      h(
        'div',
        { class: 'pair' },
        h('div', { class: 'stack' }, eventsSection(state), erasuresSection(state)),
        runsSection(state),
      ),
    ),
    ...(panel === undefined ? [] : [panel]),
    h('div', { key: 'notice', role: 'alert' }, notice(state)),
    h('div', { key: 'tip' }, tip),
  ];
}
