// Owns what a page tells of its life: hidden, perhaps for good; back again; connected again.
import type { Browser } from './browser.ts';

export interface PageEvents {
  /** The last moment that is certain to come: https://www.w3.org/TR/page-visibility-2/ and pages that are discarded later. */
  readonly hidden: () => void;
  /** The page is left; it may be frozen to go back to. */
  readonly left: () => void;
  /** It was gone back to. */
  readonly back: () => void;
  readonly connected: () => void;
}

/** Watches until the answer is called. */
export function watchPage(browser: Browser, { hidden, left, back, connected }: PageEvents): () => void {
  const { document } = browser;
  const onVisibility = (): void => {
    if (document?.visibilityState === 'hidden') hidden();
    else connected();
  };
  const onHide = (): void => {
    hidden();
    left();
  };
  const onShow = (event: { readonly persisted?: boolean }): void => {
    if (event.persisted === true) back();
  };
  document?.addEventListener('visibilitychange', onVisibility);
  browser.addEventListener('pagehide', onHide);
  browser.addEventListener('pageshow', onShow);
  browser.addEventListener('online', connected);
  return () => {
    document?.removeEventListener('visibilitychange', onVisibility);
    browser.removeEventListener('pagehide', onHide);
    browser.removeEventListener('pageshow', onShow);
    browser.removeEventListener('online', connected);
  };
}
