// Owns what lies in the zip of a function: its bundle, the framework that starts it, and what Google's build of the image needs to see.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FunctionName } from '#shared/platform/base/names.ts';
import { SETTINGS } from '#shared/platform/settings.ts';
import { buildConsole } from '../up/console.ts';
import { type Bundled, bundleFramework, FRAMEWORK } from './bundle.ts';

/** Contents by path within the zip. */
export type ZipFiles = Readonly<Record<string, Uint8Array>>;

/** Where the framework lies: as npm would have installed it. */
const FRAMEWORK_FOLDER = `node_modules/${FRAMEWORK}`;
const FRAMEWORK_BIN = { 'functions-framework': 'main.js' };
/** Of `terraform/main.tf`, where the variable for it is set. */
const CONSOLE_FOLDER = 'console';

const here = (path: string): Uint8Array => readFileSync(new URL(path, import.meta.url));
const text = (value: string): Uint8Array => Buffer.from(value, 'utf8');
const json = (value: object): Uint8Array => text(`${JSON.stringify(value, null, 2)}\n`);

/** What every zip has: the framework as a package that is there already, so that no build asks a registry. */
export async function frameworkFiles(): Promise<ZipFiles> {
  const { code } = await bundleFramework();
  const { name, version, license } = frameworkManifest();
  const manifest = { name, version, license, main: 'index.js', bin: FRAMEWORK_BIN };
  return {
    'compile.cjs': here('image/compile.cjs'),
    [`${FRAMEWORK_FOLDER}/package.json`]: json(manifest),
    [`${FRAMEWORK_FOLDER}/framework.js`]: code,
    [`${FRAMEWORK_FOLDER}/index.js`]: text("module.exports = require('./framework.js').functions;\n"),
    [`${FRAMEWORK_FOLDER}/kept-code.cjs`]: here('image/kept-code.cjs'),
    [`${FRAMEWORK_FOLDER}/main.js`]: here('image/start.cjs'),
  };
}

/** What the zip of one function has besides. It lies as deep as its source, so that what is beside it is found from both. */
export async function functionFiles(name: FunctionName, { code }: Bundled): Promise<ZipFiles> {
  const main = `functions/${name}/index.cjs`;
  const { version } = frameworkManifest();
  const dependencies = { [FRAMEWORK]: version };
  const manifest = {
    name,
    private: true,
    main,
    engines: { node: '24.x' },
    scripts: { 'gcp-build': 'node compile.cjs' },
    dependencies,
    settings: Object.values(SETTINGS).map(({ variable }) => variable),
  };
  const lock = {
    name,
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': { name, dependencies, engines: manifest.engines },
      [FRAMEWORK_FOLDER]: { version, bin: FRAMEWORK_BIN },
    },
  };
  return {
    'package.json': json(manifest),
    'package-lock.json': json(lock),
    [main]: code,
    ...(name === 'operator' ? workflowFiles() : {}),
    ...(name === 'metadata' ? await consoleFiles() : {}),
  };
}

function frameworkManifest(): { readonly name: string; readonly version: string; readonly license: string } {
  const file = new URL('../../package.json', import.meta.resolve(FRAMEWORK));
  // Of the package itself, whose manifest has all three.
  return JSON.parse(readFileSync(file, 'utf8')) as ReturnType<typeof frameworkManifest>;
}

/** The workflows that the operator deploys. */
function workflowFiles(): ZipFiles {
  return filesOf(fileURLToPath(new URL('../../workflows', import.meta.url)), 'workflows', /\.yaml$/);
}

/** The console that metadata serves. */
async function consoleFiles(): Promise<ZipFiles> {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-console-'));
  try {
    const built = join(folder, CONSOLE_FOLDER);
    await buildConsole(built);
    return filesOf(built, CONSOLE_FOLDER, /./);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function filesOf(folder: string, within: string, wanted: RegExp): ZipFiles {
  const names = readdirSync(folder).filter((name) => wanted.test(name));
  return Object.fromEntries(names.map((name) => [`${within}/${name}`, readFileSync(join(folder, name))]));
}
