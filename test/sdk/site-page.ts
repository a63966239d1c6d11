/** A page of some site, with the SDK as it is shipped. */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** The text of the page; in it the SDK is `tributary`. */
export async function sitePage(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../../sdk/browser.ts', import.meta.url))],
    bundle: true,
    minify: true,
    format: 'iife',
    globalName: 'tributary',
    target: 'es2022',
    write: false,
  });
  return `<!doctype html><title>site</title><script>${outputFiles[0]?.text ?? ''}</script>`;
}
