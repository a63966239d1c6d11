// The page: draws its state, asks metadata for what changes, and listens to who is at it.
import { listen } from './live/actions.ts';
import { startFeed } from './live/feed.ts';
import { createStore } from './live/store.ts';
import { keptTheme } from './live/theme.ts';
import { parseRoute } from './model/route.ts';
import { FIRST_STATE, type PageState } from './model/state.ts';
import { patch } from './render/patch.ts';
import { page } from './view/page.ts';

/** What is said in words of time ("12 s ago") is said anew this often. */
const TELL_TIME_EVERY_MS = 1000;
const TIP_GAP = 8;

const store = createStore(
  { ...FIRST_STATE, nowMs: Date.now(), route: parseRoute(location.hash), theme: keptTheme() },
  draw,
);
const feed = startFeed(store);
listen(store, feed);
window.setInterval(() => {
  if (!document.hidden) store.set({ nowMs: feed.now() });
}, TELL_TIME_EVERY_MS);
document.addEventListener('visibilitychange', () => {
  if (document.hidden) store.set({ connection: { kind: 'paused' } });
});

function draw(state: PageState): void {
  const root = document.documentElement;
  if (state.theme === 'system') delete root.dataset['theme'];
  else root.dataset['theme'] = state.theme;
  const { endpoint } = state.route;
  document.title = endpoint === undefined ? 'Tributary' : `${endpoint} · Tributary`;
  patch(document.body, page(state));
  placeTip(state);
  placeGrid();
}

const placed = new WeakSet<Element>();

/** A grid that is wider than its place begins with what is looked at, or else the newest; then it stays where somebody moves it. */
function placeGrid(): void {
  const place = document.querySelector('.detail .scroll');
  if (place === null || placed.has(place)) return;
  placed.add(place);
  const cell = place.querySelector('.cell[aria-current], .cell[tabindex="0"]');
  if (cell === null) return;
  const [outer, inner] = [place.getBoundingClientRect(), cell.getBoundingClientRect()];
  if (inner.right > outer.right) place.scrollLeft = inner.left - outer.left - outer.width / 2;
}

/** Above the cell, or below it where there is no room; never beyond the edges. */
function placeTip({ pointed }: PageState): void {
  const tip = document.querySelector<HTMLElement>('.tooltip');
  if (pointed === undefined || tip === null) return;
  const { width, height } = tip.getBoundingClientRect();
  const left = Math.min(Math.max(TIP_GAP, pointed.left - width / 2), window.innerWidth - width - TIP_GAP);
  const above = pointed.top - height - TIP_GAP;
  tip.style.left = `${Math.round(left)}px`;
  tip.style.top = `${Math.round(above >= TIP_GAP ? above : pointed.bottom + TIP_GAP)}px`;
}
