// Owns what a Terraform configuration asks for: every resource of the root and its modules, with its arguments as values.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { evaluate, type HclValue, type Scope } from './expression.ts';
import { hcl } from './hcl.ts';

/** One resource, its blocks as lists of objects. */
export interface ResourceInstance {
  /** `module.bucket["state"].google_storage_bucket.bucket`. */
  readonly address: string;
  readonly type: string;
  readonly values: Readonly<Record<string, HclValue>>;
}

/** What the provider adds to a resource once it exists: made up, in the form in which Google makes it. */
export type Computed = (type: string, values: Readonly<Record<string, HclValue>>) => Readonly<Record<string, HclValue>>;

type Json = Readonly<Record<string, unknown>>;

interface Parsed {
  readonly locals: Json;
  readonly variables: Json;
  readonly outputs: Readonly<Record<string, { readonly value: unknown }>>;
  /** Type, then name, then its arguments. */
  readonly resources: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  readonly modules: Readonly<Record<string, Json>>;
}

interface Module {
  readonly resources: readonly ResourceInstance[];
  readonly outputs: Readonly<Record<string, HclValue>>;
}

/** Arguments that say how a resource is kept, not what it is. */
const META = new Set(['for_each', 'depends_on', 'lifecycle', 'provider', 'dynamic', 'source']);

/** Expands the configuration of a folder, given its variables. */
export async function expand(
  folder: string,
  variables: Readonly<Record<string, HclValue>>,
  computed: Computed,
): Promise<readonly ResourceInstance[]> {
  return (await expandModule(folder, '', variables, computed)).resources;
}

/** The parsed files of one module, together. */
export async function readModule(folder: string): Promise<Parsed> {
  const parts = { locals: {}, variable: {}, output: {}, module: {}, resource: {} } as Record<
    string,
    Record<string, unknown>
  >;
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.tf'))) {
    const json = await hcl.parse(file, readFileSync(join(folder, file), 'utf8'));
    for (const [kind, blocks] of Object.entries(json as Record<string, Json | readonly Json[]>)) {
      const part = (parts[kind] ??= {});
      // Locals come as a list of blocks, everything else as a map by name; resources of one type may be in several files.
      for (const [name, value] of Object.entries(Array.isArray(blocks) ? Object.assign({}, ...blocks) : blocks)) {
        part[name] = kind === 'resource' ? { ...(part[name] as object | undefined), ...(value as object) } : value;
      }
    }
  }
  return {
    locals: parts['locals'] ?? {},
    variables: mapValues(parts['variable'], firstOf),
    outputs: mapValues(parts['output'], firstOf) as Parsed['outputs'],
    modules: mapValues(parts['module'], firstOf) as Parsed['modules'],
    resources: mapValues(parts['resource'], (named) => mapValues(named as Json, firstOf)) as Parsed['resources'],
  };
}

function mapValues<Result>(json: Json | undefined, map: (value: unknown) => Result): Record<string, Result> {
  return Object.fromEntries(Object.entries(json ?? {}).map(([key, value]) => [key, map(value)]));
}

function firstOf(blocks: unknown): unknown {
  return (blocks as readonly unknown[])[0];
}

async function expandModule(
  folder: string,
  prefix: string,
  given: Readonly<Record<string, HclValue>>,
  computed: Computed,
): Promise<Module> {
  const parsed = await readModule(folder);
  const resources: ResourceInstance[] = [];
  const lookups = new Map<string, Promise<HclValue>>();
  const scope: Scope = (name) => {
    const known = lookups.get(name);
    if (known !== undefined) return known;
    const found = lookUp(name);
    lookups.set(name, found);
    return found;
  };

  const lookUp = async (name: string): Promise<HclValue> => {
    const [head = '', tail = ''] = name.split('.');
    if (tail === '') throw new Error(`nothing is named ${name}`);
    if (head === 'var') return variable(tail);
    if (head === 'local' && tail in parsed.locals) return evaluate(parsed.locals[tail], scope);
    if (head === 'module' && parsed.modules[tail] !== undefined) return moduleOutputs(tail, parsed.modules[tail]);
    const resource = parsed.resources[head]?.[tail];
    if (resource === undefined) throw new Error(`${prefix || 'the root'} has no ${name}`);
    return each(resource, `${head}.${tail}`, (address, inner) => makeResource(address, head, resource, inner));
  };

  const variable = async (name: string): Promise<HclValue> => {
    const declared = parsed.variables[name] as { readonly default?: unknown } | undefined;
    if (declared === undefined) throw new Error(`${prefix || 'the root'} declares no variable ${name}`);
    if (name in given) return given[name] ?? null;
    if (!('default' in declared)) throw new Error(`${prefix || 'the root'} is not given ${name}`);
    return evaluate(declared.default, scope);
  };

  const each = async (
    block: Json,
    address: string,
    make: (address: string, scope: Scope) => Promise<HclValue>,
  ): Promise<HclValue> => {
    if (!('for_each' in block)) return make(`${prefix}${address}`, scope);
    const items = await evaluate(block['for_each'], scope);
    const pairs = Array.isArray(items)
      ? items.map((item) => [String(item), item as HclValue] as const)
      : Object.entries(items as object);
    const made = pairs.map(async ([key, value]) => {
      const inner: Scope = async (name) => (name === 'each' ? { key, value: value as HclValue } : scope(name));
      return [key, await make(`${prefix}${address}["${key}"]`, inner)] as const;
    });
    return Object.fromEntries(await Promise.all(made));
  };

  const makeResource = async (address: string, type: string, block: Json, inner: Scope): Promise<HclValue> => {
    const values = await argumentsOf(block, inner);
    resources.push({ address, type, values });
    return { ...values, ...computed(type, values) };
  };

  const moduleOutputs = (name: string, block: Json): Promise<HclValue> =>
    each(block, `module.${name}`, async (address, inner) => {
      const source = join(folder, String(block['source']));
      const made = await expandModule(source, `${address}.`, await argumentsOf(block, inner), computed);
      resources.push(...made.resources);
      return made.outputs;
    });

  for (const name of Object.keys(parsed.modules)) await scope(`module.${name}`);
  for (const [type, named] of Object.entries(parsed.resources)) {
    for (const name of Object.keys(named)) await scope(`${type}.${name}`);
  }
  const unknown = Object.keys(given).filter((name) => !(name in parsed.variables));
  if (unknown.length > 0) throw new Error(`${prefix} is given what it does not declare: ${unknown.join(', ')}`);
  const outputs = Object.entries(parsed.outputs).map(async ([name, { value }]) => [name, await evaluate(value, scope)]);
  return { resources, outputs: Object.fromEntries(await Promise.all(outputs)) as Record<string, HclValue> };
}

async function argumentsOf(block: Json, scope: Scope): Promise<Record<string, HclValue>> {
  const values: Record<string, HclValue> = {};
  for (const [name, value] of Object.entries(block)) {
    if (!META.has(name)) values[name] = await evaluate(value, scope);
  }
  for (const [name, blocks] of Object.entries((block['dynamic'] as Json | undefined) ?? {})) {
    values[name] = await dynamicBlocks(name, firstOf(blocks) as Json, scope);
  }
  return values;
}

/** `dynamic "x"`: a block for each item, in which `x.value` is the item. */
async function dynamicBlocks(name: string, block: Json, scope: Scope): Promise<HclValue> {
  const items = (await evaluate(block['for_each'], scope)) as readonly HclValue[];
  return Promise.all(
    items.map((value, index) => {
      const inner: Scope = async (asked) => (asked === name ? { key: index, value } : scope(asked));
      return evaluate(firstOf(block['content']), inner);
    }),
  );
}
