// Owns the shapes that stand for states: drawn, so that no font and no colour is needed to tell them apart.
import { h, type VElement } from '../render/vnode.ts';

/** Strokes on a square of eight; a state without one is told by how its cell is filled. */
const STROKES: Readonly<Record<string, string>> = {
  running: 'M2.5 1.5 6.5 4 2.5 6.5Z',
  committing: 'M4 1v4.5M2 3.6 4 5.6 6 3.6M1.5 7.2h5',
  waiting: 'M2.2 4h.01M5.8 4h.01',
  stale: 'M1.5 6.5 6.5 1.5',
  failed: 'M1.7 1.7 6.3 6.3M6.3 1.7 1.7 6.3',
  skipped: 'M1.5 4h5',
  nothing: 'M1.5 4h5',
  late: 'M4 1v3.6M4 6.8v.01',
  due: 'M4 1.4V4l1.8 1.4',
};

/** The shape of a state. */
export function glyph(look: string): VElement | undefined {
  const stroke = STROKES[look];
  if (stroke === undefined) return undefined;
  return h('svg', { class: 'glyph', viewBox: '0 0 8 8', 'aria-hidden': 'true' }, h('path', { d: stroke }));
}

/** The shape in a square, for beside a word. */
export function mark(look: string): VElement {
  return h('span', { class: 'mark', 'data-look': look, 'aria-hidden': 'true' }, glyph(look));
}

/** Two streams that become one. */
export function brand(): VElement {
  return h(
    'svg',
    { class: 'brand', viewBox: '0 0 24 24', 'aria-hidden': 'true' },
    h('path', { d: 'M3 5c6 0 6 7 12 7h6M3 19c6 0 6-7 12-7' }),
  );
}
