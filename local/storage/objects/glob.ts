/** Glob patterns of `matchGlob`. Source: https://cloud.google.com/storage/docs/json_api/v1/objects/list#list-objects-and-prefixes-using-glob */
import { badValue } from '../errors.ts';

/**
 * `*` is anything but `/`, `**` anything, `?` one character but `/`, `[…]` one of a set, `{a,b}` one of several.
 * @throws ApiError INVALID_ARGUMENT when brackets do not close
 */
export function compileGlob(glob: string): RegExp {
  let source = '';
  let depth = 0;
  const token = /\*\*|\\.|\[!?[^\]]+\]|[\s\S]/gu;
  for (const [part] of glob.matchAll(token)) {
    if (part === '{') depth += 1;
    else if (part === '}') depth -= 1;
    if (depth < 0) throw badValue('matchGlob', glob);
    source += translate(part, depth);
  }
  try {
    if (depth === 0) return new RegExp(`^${source}$`, 'u');
  } catch {
    // A set that no expression can be made of is answered like an unclosed one.
  }
  throw badValue('matchGlob', glob);
}

function translate(part: string, depth: number): string {
  if (part === '**') return '[\\s\\S]*';
  if (part === '*') return '[^/]*';
  if (part === '?') return '[^/]';
  if (part === '{') return '(?:';
  if (part === '}') return ')';
  if (part === ',' && depth > 0) return '|';
  if (part.startsWith('[') && part.length > 1)
    return `[${part.slice(1, -1).replace(/^!/, '^').replaceAll('\\', '\\\\')}]`;
  return escapeExpression(part.startsWith('\\') && part.length > 1 ? part.slice(1) : part);
}

function escapeExpression(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
}
