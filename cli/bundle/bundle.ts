// Owns bundling for Node: what a function and the Functions Framework are made of, as one file each, without anything of the machine in it.
import { fileURLToPath } from 'node:url';
import { build, type BuildOptions } from 'esbuild';
import type { FunctionName } from '#shared/platform/base/names.ts';
import { lazyProtos } from './lazy-protos.ts';

export const FRAMEWORK = '@google-cloud/functions-framework';
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A bundled file and where each of its characters came from. */
export interface Bundled {
  readonly code: Uint8Array;
  readonly map: Uint8Array;
}

/** One function, but for the framework: the two must share the table of functions. @throws what esbuild found wrong */
export function bundleFunction(name: FunctionName): Promise<Bundled> {
  return bundle({
    entryPoints: [`functions/${name}/index.ts`],
    external: [FRAMEWORK],
    // Files beside a function are found from where its code is.
    define: { 'import.meta.url': 'importMetaUrl' },
    banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
    plugins: [lazyProtos],
  });
}

/** The framework: what functions import of it, and its start. */
export function bundleFramework(): Promise<Bundled> {
  const main = fileURLToPath(import.meta.resolve(FRAMEWORK)).replace(/index\.js$/, 'main.js');
  return bundle({
    stdin: {
      contents: [
        `exports.functions = require(${JSON.stringify(FRAMEWORK)});`,
        `exports.start = () => require(${JSON.stringify(main)});`,
      ].join('\n'),
      resolveDir: ROOT,
    },
  });
}

async function bundle(options: BuildOptions): Promise<Bundled> {
  const { outputFiles, warnings } = await build({
    ...options,
    absWorkingDir: ROOT,
    outfile: 'bundle.cjs',
    write: false,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    // Names stay: they are what crashes are told by.
    minifyWhitespace: true,
    legalComments: 'eof',
    sourcemap: 'external',
    sourcesContent: false,
    logLevel: 'silent',
  });
  const [map, code] = ['.map', '.cjs'].map((end) => outputFiles.find(({ path }) => path.endsWith(end))?.contents);
  if (map === undefined || code === undefined) throw new Error('esbuild wrote nothing');
  const [warning] = warnings;
  if (warning !== undefined) throw new Error(`esbuild warns: ${warning.text} (${warning.location?.file})`);
  return { code, map };
}
