// Owns `trib build`: the zips that Terraform deploys.
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { FUNCTION_NAMES, type FunctionName } from '#shared/platform/base/names.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { ownRepository } from '../catalog/repository-place.ts';
import { printJson, printTable, say } from '../output/streams.ts';

interface Options {
  readonly out: string;
  readonly json?: boolean;
}

/** Where Terraform looks for them. */
const FOLDER = join('build', 'functions');
const DIGEST_SHOWN = 12;

export function registerBuild(program: Command): void {
  program
    .command('build')
    .description('bundle the functions for deployment: a zip each, the same bytes for the same sources')
    .argument('[function...]', `which (default: ${FUNCTION_NAMES.join(', ')})`)
    .option('--out <folder>', 'where to', join(ownRepository(), FOLDER))
    .option('--json', 'for a program')
    .action(async (names: readonly string[], { out, json }: Options) => {
      const wanted = names.length === 0 ? FUNCTION_NAMES : names.map(functionNamed);
      // Loaded by the command that needs it.
      const { buildFunctions } = await import('../bundle/build-functions.ts');
      const folder = resolve(out);
      const built = await buildFunctions(folder, wanted);
      if (json) return printJson(built);
      printTable(
        ['function', 'kB', 'sha256'],
        built.map(({ name, bytes, digest }) => [name, String(Math.ceil(bytes / 1000)), digest.slice(0, DIGEST_SHOWN)]),
      );
      say(`written to ${folder}; deploy them with terraform (terraform/README.md)`);
    });
}

function functionNamed(name: string): FunctionName {
  const found = FUNCTION_NAMES.find((known) => known === name);
  if (found !== undefined) return found;
  throw new PlatformError('usage', {
    message: `There is no function ${JSON.stringify(name)}.`,
    hint: `They are ${FUNCTION_NAMES.join(', ')}.`,
  });
}
