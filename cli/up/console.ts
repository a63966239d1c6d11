// Owns building the console: bundled from its sources each time a platform starts, into files that name their content.
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, stop } from 'esbuild';

/** What the page names, by the names it has among the sources. */
const ENTRIES = ['main.ts', 'main.css'] as const;
const ICON = 'favicon.svg';
const PAGE = 'index.html';

/**
 * Builds the console into a folder, which holds nothing else afterwards. Files but the page are served under `/assets/` and
 * have a digest in their names, so that browsers keep them for good.
 */
export async function buildConsole(folder: string): Promise<void> {
  const sources = fileURLToPath(new URL('../../console/', import.meta.url));
  mkdirSync(dirname(folder), { recursive: true });
  const made = mkdtempSync(`${folder}.`);
  try {
    const names = new Map([...(await bundle(sources, made)), [ICON, copyIcon(sources, made)]]);
    writeFileSync(join(made, PAGE), pageNaming(readFileSync(join(sources, PAGE), 'utf8'), names));
    rmSync(folder, { recursive: true, force: true });
    renameSync(made, folder);
  } catch (error) {
    rmSync(made, { recursive: true, force: true });
    throw error;
  }
}

/** The names of what was bundled, by the names that the page has for it. */
async function bundle(sources: string, folder: string): Promise<readonly (readonly [string, string])[]> {
  try {
    const { metafile } = await build({
      absWorkingDir: sources,
      entryPoints: [...ENTRIES],
      entryNames: '[name]-[hash]',
      outdir: folder,
      bundle: true,
      minify: true,
      format: 'esm',
      // What every browser of the last two years has: the styles need `light-dark()`.
      target: ['chrome123', 'firefox120', 'safari17.5'],
      charset: 'utf8',
      legalComments: 'none',
      metafile: true,
      logLevel: 'silent',
    });
    return Object.entries(metafile.outputs).flatMap(([file, { entryPoint }]) =>
      entryPoint === undefined ? [] : [[entryPoint.replace(/\.ts$/, '.js'), basename(file)] as const],
    );
  } finally {
    // It keeps a process otherwise.
    await stop();
  }
}

function copyIcon(sources: string, folder: string): string {
  const digest = createHash('sha256')
    .update(readFileSync(join(sources, ICON)))
    .digest('hex')
    .slice(0, 8);
  const name = `${basename(ICON, extname(ICON))}-${digest}${extname(ICON)}`;
  copyFileSync(join(sources, ICON), join(folder, name));
  return name;
}

function pageNaming(page: string, names: ReadonlyMap<string, string>): string {
  return page.replace(/(href|src)="([^"]+)"/g, (whole, attribute: string, name: string) => {
    const built = names.get(name);
    return built === undefined ? whole : `${attribute}="/assets/${built}"`;
  });
}
