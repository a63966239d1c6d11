// Owns the little curve of a rate.
import { REMEMBERED_MS } from '../model/rates.ts';
import { h, type VElement } from '../render/vnode.ts';

const WIDTH = 120;
const HEIGHT = 28;
/** What a curve that has just begun is drawn over. */
const LEAST_MS = 45_000;
/** Room for the width of the line. */
const INSET = 2;

/** The curve over what is remembered, from nothing to its own highest point. */
export function sparkline(curve: readonly { readonly atMs: number; readonly rate: number }[], label: string): VElement {
  const [fromMs, untilMs] = [curve[0]?.atMs ?? 0, curve.at(-1)?.atMs ?? 0];
  const spanMs = Math.min(REMEMBERED_MS, Math.max(LEAST_MS, untilMs - fromMs));
  const highest = Math.max(1, ...curve.map(({ rate }) => rate));
  const points = curve.map(({ atMs, rate }) => {
    const x = WIDTH - ((untilMs - atMs) / spanMs) * WIDTH;
    const y = HEIGHT - INSET - (rate / highest) * (HEIGHT - 2 * INSET);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  const first = points[0]?.split(',')[0] ?? String(WIDTH);
  return h(
    'svg',
    {
      class: 'spark',
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      preserveAspectRatio: 'none',
      role: 'img',
      'aria-label': label,
    },
    h('path', { class: 'base', d: `M0 ${HEIGHT - 0.5}H${WIDTH}` }),
    points.length > 1 && h('polygon', { points: `${first},${HEIGHT} ${points.join(' ')} ${WIDTH},${HEIGHT}` }),
    points.length > 1 && h('polyline', { points: points.join(' ') }),
  );
}
