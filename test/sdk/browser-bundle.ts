/** The SDK as it is shipped to browsers. */
import { fileURLToPath } from 'node:url';
import { build, type BuildOptions } from 'esbuild';

/** The text of the bundle, minified; as a module, or as a script that lays it under a name. */
export async function browserBundle(form: Pick<BuildOptions, 'format' | 'globalName'>): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../../sdk/browser.ts', import.meta.url))],
    bundle: true,
    minify: true,
    platform: 'browser',
    target: 'es2022',
    write: false,
    ...form,
  });
  return outputFiles[0]?.text ?? '';
}
