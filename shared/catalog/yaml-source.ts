// Owns reading one YAML file: its value, and the place in the file of every part of it.
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from 'yaml';
import type { Place, Problem } from './problem.ts';

/** Keys and indices from the root of a file to one of its parts. */
export type YamlPath = readonly PropertyKey[];

/** A file that parsed. */
export interface YamlSource {
  readonly file: string;
  readonly value: unknown;
  /** The place of the value at a path, or of the nearest part around it that exists. */
  readonly placeOf: (path: YamlPath) => Place;
  /** The place of the key that ends a path: what an unknown or missing name is reported at. */
  readonly placeOfKey: (path: YamlPath) => Place;
}

/** A parsed file, or why it could not be parsed. */
export type YamlResult =
  | { readonly kind: 'parsed'; readonly source: YamlSource }
  | { readonly kind: 'failed'; readonly problems: readonly Problem[] };

/** Largest file of declarations, in characters: people write these by hand. */
const MAX_FILE_CHARS = 1_048_576;

/**
 * Reads a file in the part of YAML 1.2 that every reader of the repository reads alike: one document, no anchors, no
 * aliases, no tags, no duplicate keys.
 */
export function parseYaml(file: string, text: string): YamlResult {
  if (text.length > MAX_FILE_CHARS)
    return failure(file, `the file has ${text.length} characters`, `at most ${MAX_FILE_CHARS}`);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, version: '1.2', prettyErrors: false });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  // The parser's advice after a semicolon is about its own functions.
  const problems = [...document.errors, ...document.warnings].map(({ pos, message }): Problem => ({
    ...placeAt(pos[0]),
    message: `not valid YAML: ${message.split(';')[0]}`,
  }));
  visit(document, (_, node) => {
    const refused = isNode(node) ? refusedFeature(node) : undefined;
    if (refused !== undefined && isNode(node)) {
      problems.push({
        ...placeAt(node.range?.[0] ?? 0),
        message: `${refused} is not allowed in declarations`,
        hint: 'write the value out',
      });
    }
  });
  if (problems.length > 0) return { kind: 'failed', problems };
  if (document.contents === null) return failure(file, 'the file is empty', 'a mapping');
  const root: Node = document.contents;
  const placeOf = (path: YamlPath): Place => placeAt(findNode(root, path).node.range?.[0] ?? 0);
  const placeOfKey = (path: YamlPath): Place =>
    placeAt(keyOffset(root, path) ?? findNode(root, path).node.range?.[0] ?? 0);
  return { kind: 'parsed', source: { file, value: document.toJS(), placeOf, placeOfKey } };
}

function failure(file: string, message: string, allowed: string): YamlResult {
  return { kind: 'failed', problems: [{ file, line: 1, column: 1, message, allowed }] };
}

function refusedFeature(node: Node): string | undefined {
  if (isAlias(node)) return 'an alias';
  if (node.anchor !== undefined) return 'an anchor';
  if (isMap(node) && node.items.some(({ key }) => !isScalar(key))) return 'a key that is no text';
  return node.tag === undefined ? undefined : 'a tag';
}

/** Walks down as far as the path leads; a missing part is reported at what should have held it. */
function findNode(root: Node, path: YamlPath): { readonly node: Node; readonly depth: number } {
  let node = root;
  for (const [depth, step] of path.entries()) {
    const next = childOf(node, step);
    if (next === undefined) return { node, depth };
    node = next;
  }
  return { node, depth: path.length };
}

function childOf(node: Node, step: PropertyKey): Node | undefined {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
    return isNode(pair?.value) ? pair.value : undefined;
  }
  const item = isSeq(node) ? node.items[Number(step)] : undefined;
  return isNode(item) ? item : undefined;
}

function keyOffset(root: Node, path: YamlPath): number | undefined {
  const { node, depth } = findNode(root, path.slice(0, -1));
  if (depth < path.length - 1 || !isMap(node)) return undefined;
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(path.at(-1)));
  return isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
}
