// Owns finding the route of a request.
import type { Route } from './route.ts';

export type Found =
  | { readonly kind: 'found'; readonly route: Route; readonly params: Readonly<Record<string, string>> }
  | { readonly kind: 'wrong-method'; readonly allowed: readonly string[] }
  | { readonly kind: 'unknown' };

export type Router = (method: string, path: string) => Found;

/** HEAD finds the GET route. Exact paths win over templates; among templates the first declared wins. */
export function createRouter(routes: readonly Route[]): Router {
  const compiled = routes.map((route) => ({ route, match: compilePath(route.path) }));
  return (method, path) => {
    const wanted = method === 'HEAD' ? 'GET' : method;
    const allowed: string[] = [];
    for (const { route, match } of compiled) {
      const params = match(path);
      if (params === undefined) continue;
      if (route.method === wanted) return { kind: 'found', route, params };
      allowed.push(route.method);
    }
    return allowed.length === 0 ? { kind: 'unknown' } : { kind: 'wrong-method', allowed };
  };
}

function compilePath(template: string): (path: string) => Record<string, string> | undefined {
  if (!template.includes('{')) return (path) => (path === template ? {} : undefined);
  const names: string[] = [];
  const source = template.replace(/\{(\w+)\}|[.*+?^$()|[\]\\]/g, (found: string, name: string | undefined) => {
    if (name === undefined) return `\\${found}`;
    names.push(name);
    return '([^/:]+)';
  });
  const expression = new RegExp(`^${source}$`);
  return (path) => {
    const found = expression.exec(path);
    if (found === null) return undefined;
    return Object.fromEntries(names.map((name, index) => [name, decode(found[index + 1] ?? '')]));
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
