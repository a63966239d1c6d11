/** The proto descriptors of every served API, read from the client packages that ship them. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import protobuf from 'protobufjs';
import { isObject } from '../primitives/json-object.ts';

/** Packages whose protos.json is served; google-gax adds what they share. */
const SOURCES: readonly { readonly package: string; readonly files: readonly string[] }[] = [
  {
    package: 'google-gax',
    files: ['operations.json', 'iam_service.json', 'locations.json', 'status.json'],
  },
  { package: '@google-cloud/pubsub', files: ['protos.json'] },
  { package: '@google-cloud/kms', files: ['protos.json'] },
  { package: '@google-cloud/scheduler', files: ['protos.json'] },
  // Version 5 of the workflows package has the newer Executions, version 4 still has Workflows itself.
  { package: '@google-cloud/workflows-v4', files: ['protos.json'] },
  { package: '@google-cloud/workflows', files: ['protos.json'] },
];

/** Loads and merges all descriptors: about 60 ms, once per process. */
export function loadProtos(): protobuf.Root {
  const require = createRequire(import.meta.url);
  const merged: JsonTree = {};
  for (const source of SOURCES) {
    const folder = packageFolder(require.resolve(source.package), source.package);
    for (const file of source.files) {
      // Read with fs: google-gax's export map hides these files from require.
      const text = readFileSync(join(folder, 'build', 'protos', file), 'utf8');
      merge(merged, JSON.parse(text) as JsonTree);
    }
  }
  const root = protobuf.Root.fromJSON(merged);
  root.resolveAll();
  return root;
}

/** The methods of a service, by their proto name, with types resolved. */
export function serviceMethods(root: protobuf.Root, service: string): readonly protobuf.Method[] {
  return root.lookupService(service).methodsArray.map((method) => method.resolve() as protobuf.Method);
}

type JsonTree = Record<string, unknown>;

/** Namespaces merge; of a type, enum or service that several packages carry, the first definition wins whole. */
function merge(into: JsonTree, from: JsonTree): void {
  const present = into['nested'];
  const added = from['nested'];
  if (!isObject(added)) return;
  if (!isObject(present)) {
    into['nested'] = added;
    return;
  }
  for (const [name, value] of Object.entries(added)) {
    const known = present[name];
    if (known === undefined) present[name] = value;
    else if (isNamespace(known) && isNamespace(value)) merge(known, value);
  }
}

function isNamespace(value: unknown): value is JsonTree {
  return isObject(value) && !('fields' in value) && !('values' in value) && !('methods' in value);
}

function packageFolder(entry: string, name: string): string {
  const end = entry.lastIndexOf(join('node_modules', name)) + join('node_modules', name).length;
  return dirname(join(entry.slice(0, end), 'package.json'));
}
