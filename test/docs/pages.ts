// Owns what tests of documentation read: the pages that people write, and what is in them.
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Folders of the root that are not ours. */
export const OTHERS: ReadonlySet<string> = new Set(['node_modules', 'build', 'coverage']);

export interface Page {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** Every page of Markdown in the repository. */
export function pages(): readonly Page[] {
  const folders = readdirSync(ROOT, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && !entry.name.startsWith('.') && !OTHERS.has(entry.name),
  );
  return globSync(['*.md', ...folders.map(({ name }) => `${name}/**/*.md`)], { cwd: ROOT }).map(page);
}

export function page(path: string): Page {
  return { path, text: readFileSync(join(ROOT, path), 'utf8') };
}

/** Paths, from the root, that a page links to; addresses on the web are left out. */
export function linksOf({ path, text }: Page): readonly { readonly path: string; readonly anchor: string }[] {
  return [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [file = '', anchor = ''] = target.split('#');
      return { path: file === '' ? path : join(dirname(path), file), anchor };
    });
}

/** Anchors of the headings of a page, as GitHub makes them. */
export function anchorsOf({ text }: Page): ReadonlySet<string> {
  return new Set(
    [...withoutCode(text).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** Rows of tables, as cells, without the heads. */
export function rowsOf(markdown: string): readonly (readonly string[])[] {
  return markdown
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    )
    .filter((_row, index, rows) => !isRule(rows[index]) && !isRule(rows[index + 1]));
}

function isRule(row: readonly string[] | undefined): boolean {
  return row?.every((cell) => /^-+$/.test(cell)) ?? false;
}

function withoutCode(text: string): string {
  return text.replaceAll(/^```.*?^```/gms, '').replaceAll(/`[^`\n]*`/g, '');
}
