// Owns what a client of one service needs of the description of an API that protobuf.js wrote as JSON.

/** A namespace, message, enumeration or service; what of it matters here. */
export interface Description {
  readonly nested?: Readonly<Record<string, Description>>;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly fields?: Readonly<Record<string, Field>>;
  readonly values?: object;
  readonly methods?: Readonly<Record<string, Method>>;
}

interface Field {
  readonly type: string;
  readonly options?: Readonly<Record<string, unknown>>;
}

interface Method {
  readonly requestType: string;
  readonly responseType: string;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly parsedOptions?: unknown;
}

/** What is needed of a description: all of it as it is, or less. */
export interface Needed {
  readonly kind: 'whole' | 'part';
  readonly description: Description;
}

/** What lies in namespaces, by full name. */
type Declared = ReadonlyMap<string, Description>;

/** Said of methods whose answer comes later, as a message that no field names. */
const LATER_ANSWERS = 'operation_info';

/**
 * The description with nothing but the service, the messages that can be in its requests and answers, and what decides their bytes.
 * A client builds and describes every message it is told of before its first call, and tells transport over gRPC nothing by the
 * annotations, which are for REST and for whoever generates clients. A description without the service, and one whose messages
 * cannot be told by what refers to them, is given back as it is.
 * @param service full name, such as `google.pubsub.v1.Publisher`
 */
export function descriptionOf(service: string, description: Description): Needed {
  const declared = new Map(declarationsIn(description, ''));
  const cannotBeTold = JSON.stringify(description).includes(LATER_ANSWERS);
  if (cannotBeTold || declared.get(service)?.methods === undefined) return { kind: 'whole', description };
  return { kind: 'part', description: keep(description, '', reachedFrom(service, declared)) };
}

function* declarationsIn(
  { nested = {} }: Description,
  within: string,
): Generator<readonly [name: string, node: Description]> {
  for (const [name, node] of Object.entries(nested)) {
    const full = joined(within, name);
    if (isNamespace(node)) yield* declarationsIn(node, full);
    else yield [full, node];
  }
}

function isNamespace({ fields, values, methods, ...rest }: Description): boolean {
  // An extension of options is a field of a namespace.
  return fields === undefined && values === undefined && methods === undefined && !('extend' in rest);
}

function reachedFrom(service: string, declared: Declared): ReadonlySet<string> {
  const reached = new Set([service]);
  // Grows while it is gone through.
  for (const name of reached) {
    const node = declared.get(name);
    if (node === undefined) continue;
    for (const type of typesIn(node)) {
      const found = resolved(type, name, declared);
      if (found !== undefined) reached.add(found);
    }
  }
  return reached;
}

function* typesIn({ fields = {}, methods = {}, nested = {} }: Description): Generator<string> {
  for (const { type } of Object.values(fields)) yield type;
  for (const { requestType, responseType } of Object.values(methods)) yield* [requestType, responseType];
  for (const node of Object.values(nested)) yield* typesIn(node);
}

/**
 * What a name means within a declaration: the innermost that fits, as in https://protobuf.dev/programming-guides/proto3/#name-resolution;
 * undefined for what is no message of a namespace: a scalar, or something within the declaration itself.
 */
function resolved(type: string, within: string, declared: Declared): string | undefined {
  const parts = type.replace(/^\./, '').split('.');
  const scopes = type.startsWith('.') ? [''] : scopesOf(within);
  for (const scope of scopes) {
    // Something within a message is kept with it.
    for (let length = parts.length; length > 0; length -= 1) {
      const name = joined(scope, parts.slice(0, length).join('.'));
      if (declared.has(name)) return name;
    }
  }
  return undefined;
}

/** From the innermost to the root. */
function scopesOf(name: string): readonly string[] {
  const parts = name.split('.');
  return parts.map((_, index) => parts.slice(0, parts.length - 1 - index).join('.'));
}

function keep({ nested = {} }: Description, within: string, reached: ReadonlySet<string>): Description {
  const kept = Object.entries(nested).flatMap(([name, node]): readonly (readonly [string, Description])[] => {
    const full = joined(within, name);
    if (!isNamespace(node)) return reached.has(full) ? [[name, withoutAnnotations(node)]] : [];
    const inner = keep(node, full, reached);
    return Object.keys(inner.nested ?? {}).length === 0 ? [] : [[name, inner]];
  });
  return { nested: Object.fromEntries(kept) };
}

function withoutAnnotations({ options, fields, methods, nested, ...rest }: Description): Description {
  return {
    ...rest,
    ...ownOptions(options),
    ...(fields === undefined
      ? {}
      : { fields: mapped(fields, ({ options: own, ...field }) => ({ ...field, ...ownOptions(own) })) }),
    ...(methods === undefined ? {} : { methods: mapped(methods, callOnly) }),
    ...(nested === undefined ? {} : { nested: mapped(nested, withoutAnnotations) }),
  };
}

function callOnly({ options, ...method }: Method): Method {
  // JSON leaves out what is undefined.
  return { ...method, parsedOptions: undefined, ...ownOptions(options) };
}

/** Options that the language has itself are plain names; annotations stand in parentheses. */
function ownOptions(options: Description['options'] = {}): Pick<Description, 'options'> {
  const own = Object.entries(options).filter(([name]) => !name.startsWith('('));
  return own.length === 0 ? {} : { options: Object.fromEntries(own) };
}

function mapped<From, To>(values: Readonly<Record<string, From>>, change: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
}

function joined(within: string, name: string): string {
  return within === '' ? name : `${within}.${name}`;
}
