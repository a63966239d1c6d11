// Owns the state of the page while it lives: changed in one place, drawn at most once a frame.
import type { PageState } from '../model/state.ts';

export interface Store {
  readonly state: PageState;
  /** Changes some of it. */
  set(change: Partial<PageState>): void;
}

export function createStore(first: PageState, draw: (state: PageState) => void): Store {
  let state = first;
  let drawing = false;
  const drawSoon = (): void => {
    if (drawing) return;
    drawing = true;
    requestAnimationFrame(() => {
      drawing = false;
      draw(state);
    });
  };
  drawSoon();
  return {
    get state() {
      return state;
    },
    set(change) {
      state = { ...state, ...change };
      drawSoon();
    },
  };
}
