/** Reads YAML (or JSON, which is YAML too) into a tree of nodes that know their place. */
import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Node as YamlNode,
} from 'yaml';
import { fitsInteger } from '../values/json.ts';
import { LIMITS } from '../limits.ts';
import type { Position, Problems } from '../problems.ts';

export type SourceNode = ScalarNode | ListNode | MapNode;

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly value: null | boolean | bigint | number | string;
  readonly position: Position;
  /** Where the text of a string starts, when it stands in the source as it is, on one line. */
  readonly textAt: Position | undefined;
}

export interface ListNode {
  readonly kind: 'list';
  readonly items: readonly SourceNode[];
  readonly position: Position;
}

export interface MapNode {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
  readonly position: Position;
}

export interface MapEntry {
  readonly key: string;
  /** Where the key is. */
  readonly position: Position;
  readonly value: SourceNode;
}

/** Nodes after aliases are written out; far more than a source of legal size has without them. */
const MAX_NODES = 4 * LIMITS.sourceBytes;

/** The root of a source; undefined when there is none, with what is wrong added to `problems`. */
export function readSource(text: string, problems: Problems): SourceNode | undefined {
  const lines = new LineCounter();
  const document = parseDocument(text, { intAsBigInt: true, lineCounter: lines, prettyErrors: false, merge: false });
  for (const found of [...document.errors, ...document.warnings]) {
    const { line, col } = lines.linePos(found.pos[0]);
    problems.add({ line, column: col }, `parse error: ${found.message}`);
  }
  if (problems.count > 0) return undefined;
  if (document.contents === null) {
    problems.add({ line: 1, column: 1 }, 'parse error: the source is empty');
    return undefined;
  }
  return new Reader({ text, document, lines, problems }).read(document.contents);
}

interface Reading {
  readonly text: string;
  readonly document: Document;
  readonly lines: LineCounter;
  readonly problems: Problems;
}

/** Nodes within each other; an alias to what is around it would have no end. */
const MAX_DEPTH = 200;

/** Owns the count of nodes and their depth, which keep aliases from growing without end. */
class Reader {
  readonly #text: string;
  readonly #document: Document;
  readonly #lines: LineCounter;
  readonly #problems: Problems;
  #nodes = 0;
  #depth = 0;

  constructor(reading: Reading) {
    this.#text = reading.text;
    this.#document = reading.document;
    this.#lines = reading.lines;
    this.#problems = reading.problems;
  }

  read(node: unknown): SourceNode | undefined {
    this.#nodes += 1;
    this.#depth += 1;
    const isBounded = this.#nodes <= MAX_NODES && this.#depth <= MAX_DEPTH;
    if (!isBounded) this.#refuse(node);
    const read = isBounded ? this.#readNode(node) : undefined;
    this.#depth -= 1;
    return read;
  }

  /** Said once: what follows is not read at all. */
  #refuse(node: unknown): void {
    if (this.#problems.count > 0) return;
    const why =
      this.#depth > MAX_DEPTH ? `nested deeper than ${MAX_DEPTH} levels` : 'too large with its aliases written out';
    this.#problems.add(this.#position(node), `parse error: the source is ${why}`);
    this.#nodes = MAX_NODES;
  }

  #readNode(node: unknown): SourceNode | undefined {
    if (isAlias(node)) return this.read(node.resolve(this.#document));
    const position = this.#position(node);
    if (isScalar(node)) {
      const value = this.#scalar(node.value, position);
      return { kind: 'scalar', value, position, textAt: this.#textAt(value, node.range?.[0] ?? 0) };
    }
    if (isSeq(node)) return { kind: 'list', items: this.#items(node.items), position };
    if (isMap(node)) return { kind: 'map', entries: this.#entries(node.items), position };
    return emptyNode(position);
  }

  #position(node: unknown): Position {
    const range = (node as YamlNode | null)?.range;
    const { line, col } = this.#lines.linePos(range?.[0] ?? 0);
    return { line, column: col };
  }

  /** In quotes, the text starts one further on. */
  #textAt(value: ScalarNode['value'], offset: number): Position | undefined {
    if (typeof value !== 'string' || value.includes('\n')) return undefined;
    const start = [offset, offset + 1].find((at) => this.#text.startsWith(value, at));
    if (start === undefined) return undefined;
    const { line, col } = this.#lines.linePos(start);
    return { line, column: col };
  }

  #items(items: readonly unknown[]): SourceNode[] {
    return items.map((item) => this.read(item)).filter((item) => item !== undefined);
  }

  #entries(items: readonly unknown[]): MapEntry[] {
    const entries: MapEntry[] = [];
    for (const pair of items) {
      if (!isPair(pair)) continue;
      const position = this.#position(pair.key);
      const value = pair.value === null ? emptyNode(position) : this.read(pair.value);
      const key = this.#key(pair.key, position);
      if (key !== undefined && value !== undefined) entries.push({ key, position, value });
    }
    return entries;
  }

  #key(node: unknown, position: Position): string | undefined {
    const key = isAlias(node) ? node.resolve(this.#document) : node;
    if (isScalar(key)) {
      const { value } = key;
      if (typeof value === 'string') return value;
      if (typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean') return String(value);
    }
    this.#problems.add(position, 'parse error: a key must be a string');
    return undefined;
  }

  #scalar(value: unknown, position: Position): ScalarNode['value'] {
    if (typeof value === 'bigint' && !fitsInteger(value)) {
      this.#problems.add(position, `parse error: integer ${value} does not fit in 64 bits`);
      return null;
    }
    if (typeof value === 'number' && !Number.isFinite(value)) {
      this.#problems.add(position, 'parse error: a number must be finite');
      return null;
    }
    if (value === null || ['boolean', 'bigint', 'number', 'string'].includes(typeof value)) {
      return value as ScalarNode['value'];
    }
    this.#problems.add(position, 'parse error: unsupported kind of value');
    return null;
  }
}

function emptyNode(position: Position): ScalarNode {
  return { kind: 'scalar', value: null, position, textAt: undefined };
}
