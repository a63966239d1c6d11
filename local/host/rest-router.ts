/** Finds the REST route of a request. */
import { compilePathTemplate, type PathTemplate } from './path-template.ts';
import type { RestRoute } from './service.ts';

export interface RouteMatch {
  readonly route: RestRoute;
  readonly params: Readonly<Record<string, string>>;
}

export interface RestRouter {
  /** `wrong-method` when the path is known but not with this method. */
  find(method: string, path: string): RouteMatch | 'wrong-method' | 'unknown';
}

/** `…/{name}:verb`; without this, `{name}` of the plain route would take the verb for a part of the name. */
const ENDS_WITH_VERB = /\}:[A-Za-z]+$/;

/** Routes are tried in the order given, those that end in a `:verb` before all others. */
export function createRestRouter(routes: readonly RestRoute[]): RestRouter {
  const buckets = new Map<string, { readonly route: RestRoute; readonly template: PathTemplate }[]>();
  const verbsFirst = routes.toSorted((left, right) => rank(left) - rank(right));
  for (const route of verbsFirst) {
    const template = compilePathTemplate(route.path);
    const bucket = buckets.get(template.firstSegment) ?? [];
    bucket.push({ route, template });
    buckets.set(template.firstSegment, bucket);
  }
  return {
    find(method, path) {
      const first = path.slice(1, indexOrEnd(path, '/', 1));
      const candidates = buckets.get(first) ?? [];
      let known = false;
      for (const { route, template } of candidates) {
        if (known && route.method !== method) continue;
        const params = template.match(path);
        if (params === undefined) continue;
        if (route.method === method) return { route, params };
        known = true;
      }
      return known ? 'wrong-method' : 'unknown';
    },
  };
}

function rank(route: RestRoute): number {
  return ENDS_WITH_VERB.test(route.path) ? 0 : 1;
}

function indexOrEnd(text: string, sought: string, from: number): number {
  const index = text.indexOf(sought, from);
  return index === -1 ? text.length : index;
}
