// Owns `trib sdk`: what an app needs to send events with types.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Catalog } from '#shared/catalog/catalog.ts';
import { domainOf, type EventTypeId } from '#shared/platform/ids.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { repositoryRoot } from '../catalog/repository-place.ts';
import { printJson, say } from '../output/streams.ts';
import { rootOption, type RootOption } from './root-option.ts';

interface Options extends RootOption {
  readonly out: string;
  readonly only?: readonly string[];
  readonly jsonSchema?: boolean;
  readonly json?: boolean;
}

export function registerSdk(program: Command): void {
  const sdk = program.command('sdk').description('what apps send events with');
  sdk
    .command('generate')
    .description('write a typed module for each domain of the declarations')
    .addOption(rootOption())
    .requiredOption('--out <folder>', 'where to; modules in it that are no longer declared are removed')
    .option('--only <name...>', 'domains or event types, such as listening or web.PageRequested (default: all)')
    .option('--json-schema', 'write the JSON Schema of each event type instead, for other languages')
    .option('--json', 'for a program')
    .action(generate);
}

async function generate({ root, out, only, jsonSchema, json }: Options): Promise<void> {
  // Loaded by the command that needs it: the compiler is large.
  const { compileRepository, declarationsInvalid } = await import('../catalog/repository.ts');
  const { generatedModules, generatedSchemas } = await import('#shared/catalog/sdk/generated-files.ts');
  const { GENERATED_HEADER } = await import('#shared/catalog/sdk/domain-module.ts');
  const compiled = compileRepository(repositoryRoot(root));
  if (compiled.kind === 'failed') throw declarationsInvalid(compiled.problems);
  const wanted = wantedBy(only, compiled.catalog);
  const files =
    jsonSchema === true ? generatedSchemas(compiled.catalog, wanted) : generatedModules(compiled.catalog, wanted);
  const folder = resolve(out);
  mkdirSync(folder, { recursive: true });
  const removed = jsonSchema === true ? [] : removeFormer(folder, new Set(files.keys()), GENERATED_HEADER);
  for (const [name, text] of files) writeFileSync(join(folder, name), text);
  if (json) printJson({ folder, written: [...files.keys()], removed });
  else
    say(
      `${files.size} file${files.size === 1 ? '' : 's'} written to ${folder}${removed.length === 0 ? '' : `, ${removed.length} removed`}`,
    );
}

function wantedBy(only: readonly string[] | undefined, { eventTypes }: Catalog): (id: EventTypeId) => boolean {
  if (only === undefined) return () => true;
  const names = new Set(Object.keys(eventTypes).flatMap((id) => [id, domainOf(id as EventTypeId)]));
  const unknown = only.find((name) => !names.has(name));
  if (unknown !== undefined) {
    throw new PlatformError('usage', {
      message: `--only names ${JSON.stringify(unknown)}, which is neither a domain nor an event type.`,
      hint: 'List them with `trib compile --json`.',
    });
  }
  const chosen = new Set(only);
  return (id) => chosen.has(id) || chosen.has(domainOf(id));
}

/** Removes modules that an earlier run wrote and this one does not; files of anybody else stay. */
function removeFormer(folder: string, written: ReadonlySet<string>, header: string): readonly string[] {
  const former = readdirSync(folder).filter(
    (name) => name.endsWith('.ts') && !written.has(name) && readFileSync(join(folder, name), 'utf8').startsWith(header),
  );
  for (const name of former) rmSync(join(folder, name));
  return former;
}
