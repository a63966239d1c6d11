/** A page of some site, with the SDK as it is shipped. */
import { browserBundle } from './browser-bundle.ts';

/** The text of the page; in it the SDK is `tributary`. */
export async function sitePage(): Promise<string> {
  const script = await browserBundle({ format: 'iife', globalName: 'tributary' });
  return `<!doctype html><title>site</title><script>${script}</script>`;
}
