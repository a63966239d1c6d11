// Owns the value of an HCL expression: the part of the language that terraform/ uses, and a clear failure for the rest.
import { hcl } from './hcl.ts';

/** A value as Terraform has it. */
export type HclValue = null | boolean | number | string | readonly HclValue[] | { readonly [key: string]: HclValue };

/** What names mean where an expression stands: `var`, `local`, `each`, resources, modules, variables of loops. */
export type Scope = (name: string) => Promise<HclValue>;

interface Node {
  readonly type: string;
  readonly meta: Meta;
  readonly children: readonly Node[];
}

interface Meta {
  readonly value: string;
  readonly type?: string;
  readonly name?: string;
  readonly operator?: string;
  readonly traversal?: readonly { readonly segment: string }[];
  readonly items?: Readonly<Record<string, string>>;
  readonly keyVar?: string;
  readonly valVar?: string;
  readonly keyExpression?: string;
  readonly conditionalExpression?: string;
}

/** The value of what the parser gives for an argument: templates are texts that hold `${`, blocks and objects are nested. */
export async function evaluate(value: unknown, scope: Scope): Promise<HclValue> {
  if (typeof value === 'string') return value.includes('${') ? evaluateNode(await parseTemplate(value), scope) : value;
  if (Array.isArray(value)) return Promise.all(value.map((item) => evaluate(item, scope)));
  if (typeof value !== 'object' || value === null) return value as HclValue;
  const entries = Object.entries(value).map(async ([key, inner]) => [
    textOf(await evaluate(key, scope)),
    await evaluate(inner, scope),
  ]);
  return Object.fromEntries(await Promise.all(entries)) as HclValue;
}

const parsed = new Map<string, Promise<Node>>();

function parseTemplate(text: string): Promise<Node> {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const node = hcl.getExpressionAst('expression.tf', `"${text}"`).then((ast) => {
    if (ast === null) throw new Error(`not an expression: ${text}`);
    return ast as Node;
  });
  parsed.set(text, node);
  return node;
}

async function evaluateText(expression: string, scope: Scope): Promise<HclValue> {
  return evaluateNode(await parseTemplate(`\${${expression}}`), scope);
}

async function evaluateNode(node: Node, scope: Scope): Promise<HclValue> {
  const evaluator = NODES[node.type];
  if (evaluator === undefined) throw new Error(`${node.type} is not understood: ${node.meta.value}`);
  return evaluator(node, scope);
}

function child({ meta, children }: Node, index: number, scope: Scope): Promise<HclValue> {
  const found = children[index];
  if (found === undefined) throw new Error(`${meta.value} has no part ${index}`);
  return evaluateNode(found, scope);
}

function all({ children }: Node, scope: Scope): Promise<HclValue[]> {
  return Promise.all(children.map((part) => evaluateNode(part, scope)));
}

/** The kinds of node, by the names that the parser gives them. */
const NODES: Readonly<Record<string, (node: Node, scope: Scope) => HclValue | Promise<HclValue>>> = {
  templateWrap: (node, scope) => child(node, 0, scope),
  // Parentheses.
  '': (node, scope) => child(node, 0, scope),
  template: async (node, scope) => (await all(node, scope)).map(textOf).join(''),
  literalValue: ({ meta }) => literal(meta),
  tuple: all,
  object: ({ meta }, scope) => object(meta, scope),
  scopeTraversal: ({ meta }, scope) => traverse(meta, scope),
  relativeTraversal: async (node, scope) =>
    walk(await child(node, 0, scope), node.meta.traversal ?? [], node.meta.value),
  index: async (node, scope) =>
    memberOf(await child(node, 0, scope), textOf(await child(node, 1, scope)), node.meta.value),
  conditional: async (node, scope) => child(node, (await child(node, 0, scope)) === true ? 1 : 2, scope),
  binaryOp: async (node, scope) => compare(node.meta, await child(node, 0, scope), await child(node, 1, scope)),
  for: async (node, scope) => loop(node, await child(node, 0, scope), scope),
  function: call,
};

function literal({ value, type }: Meta): HclValue {
  if (value === 'null') return null;
  if (type === 'string') return value;
  return JSON.parse(value) as HclValue;
}

async function object({ items = {} }: Meta, scope: Scope): Promise<HclValue> {
  const entries = Object.entries(items).map(async ([key, text]) => {
    const name = /^[\w-]+$/.test(key) ? key : textOf(await evaluateText(key, scope));
    return [name, await evaluateText(text, scope)] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** The longest part of a traversal that the scope knows is looked up, the rest is walked: `var.x.y`, `module.bucket`. */
async function traverse({ traversal = [], value }: Meta, scope: Scope): Promise<HclValue> {
  const [first, second, ...rest] = traversal;
  const simple = await scope(first?.segment ?? '').catch(() => undefined);
  if (simple !== undefined) return walk(simple, traversal.slice(1), value);
  return walk(await scope(`${first?.segment}.${second?.segment}`), rest, value);
}

function walk(value: HclValue, steps: readonly { readonly segment: string }[], whole: string): HclValue {
  return steps.reduce((at, { segment }) => memberOf(at, segment.replaceAll('"', ''), whole), value);
}

function memberOf(value: HclValue, key: string, whole: string): HclValue {
  const member = typeof value === 'object' && value !== null ? (value as Record<string, HclValue>)[key] : undefined;
  if (member === undefined) throw new Error(`${whole} has no ${key}`);
  return member;
}

function compare({ operator, value }: Meta, left: HclValue, right: HclValue): HclValue {
  if (operator === 'equal') return left === right;
  if (operator === 'notEqual') return left !== right;
  throw new Error(`the operator ${operator} is not understood: ${value}`);
}

async function loop({ meta }: Node, collection: HclValue, scope: Scope): Promise<HclValue> {
  if (typeof collection !== 'object' || collection === null) throw new Error(`not a collection: ${meta.value}`);
  const { keyVar = '', valVar = '', keyExpression, conditionalExpression } = meta;
  const valueExpression = (meta as Meta & { readonly valueExpression: string }).valueExpression;
  const results: [string, HclValue][] = [];
  for (const [key, item] of Object.entries(collection)) {
    const inner: Scope = async (name) => {
      if (name === valVar) return item;
      return name === keyVar ? key : scope(name);
    };
    if (conditionalExpression && (await evaluateText(conditionalExpression, inner)) !== true) continue;
    const name = keyExpression ? textOf(await evaluateText(keyExpression, inner)) : String(results.length);
    results.push([name, await evaluateText(valueExpression, inner)]);
  }
  return keyExpression ? Object.fromEntries(results) : results.map(([, value]) => value);
}

async function call(node: Node, scope: Scope): Promise<HclValue> {
  const { meta, children } = node;
  const values = (): Promise<HclValue[]> => all(node, scope);
  switch (meta.name) {
    case 'try':
      for (const part of children) {
        try {
          return await evaluateNode(part, scope);
        } catch {
          continue;
        }
      }
      throw new Error(`nothing of ${meta.value} can be had`);
    case 'toset':
      return [...new Set((await values())[0] as readonly string[])].sort();
    case 'jsonencode':
      return JSON.stringify((await values())[0]);
    case 'base64encode':
      return Buffer.from(textOf((await values())[0] ?? '')).toString('base64');
    case 'filesha256':
      return `sha256(${textOf((await values())[0] ?? '')})`;
    default:
      throw new Error(`the function ${meta.name} is not understood: ${meta.value}`);
  }
}

function textOf(value: HclValue): string {
  if (value === null || typeof value === 'object') throw new Error(`not a text: ${JSON.stringify(value)}`);
  return String(value);
}
