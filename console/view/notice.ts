// Owns what the page says when something is not as it should be, and where nothing is there yet.
import { formatAge } from '../model/format.ts';
import type { PageState } from '../model/state.ts';
import { h, type VElement } from '../render/vnode.ts';

/** The bar at the bottom while asking fails. */
export function notice({ connection, nowMs }: PageState): VElement | undefined {
  if (connection.kind !== 'failing') return undefined;
  const { failure, retryMs } = connection;
  return h(
    'div',
    { class: 'notice', 'data-failure': failure.kind },
    h('b', {}, failure.title),
    h('span', {}, 'What you see is from before. ', coded(failure.hint)),
    ...again(retryMs - nowMs),
  );
}

/** What is shown in the place of everything when nothing was ever answered. */
export function firstFailure({ connection, endpoints, nowMs }: PageState): VElement | undefined {
  if (connection.kind !== 'failing' || endpoints !== undefined) return undefined;
  const { failure, retryMs } = connection;
  return h(
    'div',
    { class: 'failure', 'data-failure': failure.kind, role: 'alert' },
    h('b', {}, failure.title),
    h('p', {}, coded(failure.hint)),
    ...again(retryMs - nowMs),
  );
}

function again(waitMs: number): readonly VElement[] {
  return [
    h('span', { class: 'again' }, waitMs < 1000 ? 'Asking again …' : `Asking again in ${formatAge(waitMs)}.`),
    h('button', { type: 'button', 'data-action': 'retry' }, 'Ask now'),
  ];
}

/** Where a list has nothing to list: why, and what to do. */
export function nothing(title: string, hint: string): VElement {
  return h('div', { class: 'nothing' }, h('b', {}, title), h('span', {}, coded(hint)));
}

/** Lines that stand for what is not loaded yet. */
export function loading(lines: number, label: string): VElement {
  return h(
    'div',
    { class: 'loading', 'aria-busy': 'true', 'aria-label': label, role: 'status' },
    Array.from({ length: lines }, () => h('i')),
  );
}

/** Text with its `commands` set apart. */
function coded(text: string): readonly (VElement | string)[] {
  return text.split('`').map((part, index) => (index % 2 === 1 ? h('code', {}, part) : part));
}
