// Owns the top of the page: what this is, how current it is, and who is looking.
import { formatAge } from '../model/format.ts';
import type { PageState, Theme } from '../model/state.ts';
import { h, type VElement } from '../render/vnode.ts';
import { brand } from './glyph.ts';

export function header(state: PageState): VElement {
  const { caller, nowMs } = state;
  return h(
    'header',
    { key: 'top', class: 'top' },
    h('a', { class: 'home', href: '#/' }, brand(), h('span', {}, 'Tributary')),
    h('span', { class: 'place' }, caller === undefined ? '' : `${caller.project} · ${caller.region}`),
    h('span', { class: 'space' }),
    connection(state),
    h('time', { class: 'clock', title: 'All times are UTC, as partitions are.' }, clock(nowMs)),
    theme(state.theme),
    who(state),
  );
}

function clock(nowMs: number): string {
  return nowMs === 0 ? '' : `${new Date(nowMs).toISOString().slice(11, 19)} UTC`;
}

function connection({ connection: how, nowMs }: PageState): VElement {
  const say = (kind: string, text: string): VElement =>
    h('span', { class: 'live', 'data-live': kind, role: 'status' }, h('i', { 'aria-hidden': 'true' }), text);
  switch (how.kind) {
    case 'connecting':
      return say('connecting', 'connecting');
    case 'paused':
      return say('paused', 'paused');
    case 'failing':
      return say(
        'failing',
        how.lastMs === undefined ? 'no answer' : `last answer ${formatAge(nowMs - how.lastMs)} ago`,
      );
    case 'live':
      return say('live', 'live');
  }
}

const THEMES: { readonly [T in Theme]: { readonly next: Theme; readonly label: string; readonly shape: string } } = {
  system: { next: 'light', label: 'Colours: as the system', shape: 'M8 2a6 6 0 1 0 0 12ZM8 2a6 6 0 0 1 0 12' },
  light: {
    next: 'dark',
    label: 'Colours: light',
    shape:
      'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6ZM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1',
  },
  dark: { next: 'system', label: 'Colours: dark', shape: 'M13 9.5A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.5Z' },
};

function theme(current: Theme): VElement {
  const { next, label, shape } = THEMES[current];
  return h(
    'button',
    { class: 'icon', type: 'button', 'data-theme-next': next, 'aria-label': `${label}. Change`, title: label },
    h('svg', { viewBox: '0 0 16 16', 'aria-hidden': 'true' }, h('path', { d: shape })),
  );
}

function who({ caller }: PageState): VElement {
  if (caller === undefined) return h('span', { class: 'who' });
  const name = caller.email.split('@')[0] ?? caller.email;
  return h(
    'span',
    { class: 'who', title: `Signed in as ${caller.email}` },
    h('span', { class: 'sr' }, 'Signed in as '),
    h('b', {}, name),
    h('small', {}, caller.roles.join(', ')),
  );
}
