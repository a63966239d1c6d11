// Owns what happens when somebody clicks, types, points or presses a key.
import { gridOf, neighbourOf } from '../model/grid.ts';
import { linkTo, parseRoute } from '../model/route.ts';
import { FIRST_HISTORY, LISTED_AT_FIRST, type PageState, type Theme } from '../model/state.ts';
import type { Feed } from './feed.ts';
import type { Store } from './store.ts';
import { keepTheme } from './theme.ts';

const MOST_PARTITIONS = 10_000;

/** Listens for as long as the page lives; events are told apart by attributes that views give. */
export function listen(store: Store, feed: Feed): void {
  document.addEventListener('click', (event) => clicked(elementOf(event), store, feed));
  document.addEventListener('input', (event) => typed(event, store, feed));
  document.addEventListener('keydown', (event) => pressed(event, store));
  for (const name of ['pointerover', 'focusin'] as const)
    document.addEventListener(name, (event) => pointed(elementOf(event), store));
  document.addEventListener('scroll', () => pointed(undefined, store), { capture: true, passive: true });
  window.addEventListener('hashchange', () => moved(store, feed));
}

function clicked(element: Element | undefined, store: Store, feed: Feed): void {
  const { state } = store;
  switch (element?.closest('[data-action]')?.getAttribute('data-action')) {
    case 'retry':
      feed.ask();
      break;
    case 'list-more':
      store.set({ listed: state.listed + LISTED_AT_FIRST });
      feed.ask();
      break;
    case 'older':
      store.set({ historyLength: Math.min(MOST_PARTITIONS, state.historyLength * 2) });
      feed.ask();
      break;
    default:
  }
  const theme = element?.closest('[data-theme-next]')?.getAttribute('data-theme-next');
  if (theme === 'system' || theme === 'light' || theme === 'dark') changeTheme(theme, store);
}

function changeTheme(theme: Theme, store: Store): void {
  keepTheme(theme);
  store.set({ theme });
}

function typed(event: Event, store: Store, feed: Feed): void {
  const { target } = event;
  if (!(target instanceof HTMLInputElement) || target.dataset['input'] !== 'filter') return;
  store.set({ filter: target.value, listed: LISTED_AT_FIRST });
  if (store.state.endpoints !== undefined && store.state.endpoints.length > LISTED_AT_FIRST) feed.ask();
}

function pressed(event: KeyboardEvent, store: Store): void {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const cell = elementOf(event)?.closest<HTMLElement>('.cell');
  if (event.key === 'Escape') escape(store);
  else if (event.key === '/' && !(event.target instanceof HTMLInputElement)) {
    event.preventDefault();
    document.querySelector<HTMLInputElement>('[data-input=filter]')?.focus();
  } else if (cell !== null && cell !== undefined && event.key.startsWith('Arrow')) {
    const next = nextCell(cell, event.key, store.state);
    if (next !== undefined) {
      event.preventDefault();
      next.focus();
    }
  }
}

/** Closes what is on top: what is shown beside a cell, then the panel. */
function escape(store: Store): void {
  if (store.state.pointed !== undefined) store.set({ pointed: undefined });
  else if (store.state.route.endpoint !== undefined) location.hash = linkTo();
}

function nextCell(cell: HTMLElement, arrow: string, state: PageState): HTMLElement | undefined {
  const group = cell.closest('[data-cells]');
  const key = cell.dataset['partition'] ?? '';
  if (group?.getAttribute('data-cells') === 'strip') {
    const next = arrow === 'ArrowRight' ? cell.nextElementSibling : cell.previousElementSibling;
    return /Left|Right/.test(arrow) && next instanceof HTMLElement ? next : undefined;
  }
  const endpoint = state.endpoints?.find(({ id }) => id === state.route.endpoint);
  if (endpoint === undefined || state.history === undefined) return undefined;
  const next = neighbourOf(gridOf(endpoint.grain, state.history.partitions), key, arrow);
  if (next === undefined) return undefined;
  return group?.querySelector<HTMLElement>(`[data-partition="${next}"]`) ?? undefined;
}

function pointed(element: Element | undefined, store: Store): void {
  const cell = element?.closest<HTMLElement>('.cell');
  const { endpoint, partition: key } = cell?.dataset ?? {};
  if (cell === null || cell === undefined || endpoint === undefined || key === undefined) {
    if (store.state.pointed !== undefined) store.set({ pointed: undefined });
    return;
  }
  const { left, top, bottom, width } = cell.getBoundingClientRect();
  store.set({ pointed: { endpoint, key, left: left + width / 2, top, bottom } });
}

function moved(store: Store, feed: Feed): void {
  const before = store.state.route.endpoint;
  const route = parseRoute(location.hash);
  if (route.endpoint === before) {
    store.set({ route, pointed: undefined });
    if (route.partition !== undefined) feed.ask();
    return;
  }
  const fresh = { contract: undefined, contractFailure: undefined, history: undefined, historyLength: FIRST_HISTORY };
  store.set({ route, pointed: undefined, ...fresh });
  feed.ask();
  // After the panel is drawn: to its title, or back to the line that it was opened from.
  requestAnimationFrame(() => {
    const selector = route.endpoint === undefined ? `[data-open="${before ?? ''}"]` : '#detail-title';
    document.querySelector<HTMLElement>(selector)?.focus({ preventScroll: true });
    document.querySelector('.detail .body')?.scrollTo({ top: 0 });
  });
}

function elementOf({ target }: Event): Element | undefined {
  return target instanceof Element ? target : undefined;
}
