// Path templates of REST routes, such as `/v1/{name=projects/*/topics/*}:publish`. Source: google/api/http.proto

export interface PathTemplate {
  /** The values of its variables, percent-decoded, or undefined when the path does not match. */
  match(path: string): Record<string, string> | undefined;
  /** The literal first segment, to sort routes into buckets. */
  readonly firstSegment: string;
}

/** `{var}` matches one segment, `{var=a/*}` its pattern, `**` anything; a `:verb` may end the path. */
export function compilePathTemplate(template: string): PathTemplate {
  const names: string[] = [];
  let source = '^';
  const token = /\{(?<name>[\w.$]+)(?:=(?<pattern>[^}]*))?\}|(?<literal>[^{]+)/g;
  for (const { groups } of template.matchAll(token)) {
    if (groups?.['literal'] !== undefined) source += escape(groups['literal']);
    else {
      names.push(groups?.['name'] ?? '');
      source += `(${patternSource(groups?.['pattern'] ?? '*')})`;
    }
  }
  const expression = new RegExp(`${source}$`);
  return {
    firstSegment: /^\/([^/{:]*)/.exec(template)?.[1] ?? '',
    match(path) {
      const found = expression.exec(path);
      if (found === null) return undefined;
      return Object.fromEntries(names.map((name, index) => [name, decode(found[index + 1] ?? '')]));
    },
  };
}

function patternSource(pattern: string): string {
  return pattern
    .split('/')
    .map((part) => (part === '**' ? '.*' : part === '*' ? '[^/]+' : escape(part)))
    .join('/');
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
