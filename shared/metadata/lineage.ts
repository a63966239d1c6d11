// Owns the graph of what is made of what: event types, endpoints and columns, walked in one direction or both.
import { type Catalog, endpointsOf } from '../catalog/catalog.ts';
import type { ColumnSource, Endpoint } from '../catalog/endpoint.ts';

export const LINEAGE_DIRECTIONS = ['upstream', 'downstream', 'both'] as const;
export const LINEAGE_LEVELS = ['endpoint', 'column'] as const;
/** Deeper than any chain of pipelines; a walk ends by itself, because there are no cycles but an endpoint's own. */
export const MAX_LINEAGE_DEPTH = 100;

/** What is asked of the graph. */
export interface LineageQuery {
  /** An endpoint, an event type, or with level `column` also `endpoint.column`; none for the whole graph. */
  readonly node?: string | undefined;
  readonly direction: (typeof LINEAGE_DIRECTIONS)[number];
  readonly level: (typeof LINEAGE_LEVELS)[number];
  /** How many edges away from the node. */
  readonly depth: number;
}

export interface LineageNode {
  /** `listening.TrackPlayed`, `listening.daily_plays`, `listening.daily_plays.plays`. */
  readonly id: string;
  readonly kind: 'event-type' | Endpoint['kind'] | 'column';
}

export interface LineageEdge {
  readonly from: string;
  readonly to: string;
  /** How values of one column become those of another. */
  readonly flow?: ColumnSource['flow'];
}

export interface LineageGraph {
  readonly nodes: readonly LineageNode[];
  readonly edges: readonly LineageEdge[];
}

/** The part of the graph that a query asks for; undefined when there is no such node. */
export function lineageOf(catalog: Catalog, { node, direction, level, depth }: LineageQuery): LineageGraph | undefined {
  const graph = level === 'column' ? columnGraph(catalog) : endpointGraph(catalog);
  if (node === undefined) return graph;
  const start = startingNodes(graph, node);
  if (start.length === 0) return undefined;
  const up = direction === 'downstream' ? [] : walk(graph.edges, start, depth, 'upstream');
  const down = direction === 'upstream' ? [] : walk(graph.edges, start, depth, 'downstream');
  const edges = graph.edges.filter((edge) => up.includes(edge) || down.includes(edge));
  const near = new Set([...start, ...edges.flatMap(({ from, to }) => [from, to])]);
  return { nodes: graph.nodes.filter(({ id }) => near.has(id)), edges };
}

/** An endpoint stands for all its columns where columns are asked for. */
function startingNodes({ nodes }: LineageGraph, wanted: string): readonly string[] {
  const ids = nodes.map(({ id }) => id);
  if (ids.includes(wanted)) return [wanted];
  return ids.filter((id) => id.slice(0, id.lastIndexOf('.')) === wanted);
}

function endpointGraph(catalog: Catalog): LineageGraph {
  const nodes: LineageNode[] = [];
  const edges: LineageEdge[] = [];
  for (const endpoint of endpointsOf(catalog)) {
    nodes.push({ id: endpoint.id, kind: endpoint.kind });
    if (endpoint.kind === 'event') {
      nodes.push({ id: endpoint.eventType, kind: 'event-type' });
      edges.push({ from: endpoint.eventType, to: endpoint.id });
    } else {
      for (const input of endpoint.inputs) edges.push({ from: input.endpoint, to: endpoint.id });
    }
  }
  return { nodes, edges };
}

function columnGraph(catalog: Catalog): LineageGraph {
  const nodes: LineageNode[] = [];
  const edges: LineageEdge[] = [];
  for (const endpoint of endpointsOf(catalog)) {
    for (const { name } of endpoint.columns) nodes.push({ id: `${endpoint.id}.${name}`, kind: 'column' });
    if (endpoint.kind !== 'sql') continue;
    for (const { column, from } of endpoint.lineage) {
      for (const source of from) {
        const edge = { from: `${source.endpoint}.${source.column}`, to: `${endpoint.id}.${column}` };
        edges.push({ ...edge, flow: source.flow });
      }
    }
  }
  return { nodes, edges };
}

/** The edges that lead to the nodes, or away from them, up to so many steps away. */
function walk(
  edges: readonly LineageEdge[],
  start: readonly string[],
  depth: number,
  direction: 'upstream' | 'downstream',
): readonly LineageEdge[] {
  const [near, far] = direction === 'upstream' ? (['to', 'from'] as const) : (['from', 'to'] as const);
  const byNode = Map.groupBy(edges, (edge) => edge[near]);
  const found = new Set<LineageEdge>();
  const seen = new Set(start);
  let border = [...start];
  for (let step = 0; step < depth && border.length > 0; step += 1) {
    const next: string[] = [];
    for (const edge of border.flatMap((id) => byNode.get(id) ?? [])) {
      found.add(edge);
      if (!seen.has(edge[far])) next.push(edge[far]);
      seen.add(edge[far]);
    }
    border = next;
  }
  return [...found];
}
