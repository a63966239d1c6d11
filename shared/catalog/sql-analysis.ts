// Owns the seam to the analysis of queries: what a query gives and where it comes from, by the columns of what it reads.
import type { EndpointId } from '../platform/ids.ts';
import type { Column, ColumnType } from './column.ts';
import type { ColumnLineage } from './endpoint.ts';
import type { Problem } from './problem.ts';

/** The columns of an endpoint that a query may read. */
export interface ReadableEndpoint {
  readonly id: EndpointId;
  readonly columns: readonly Column[];
}

/** A column that a query gives. */
export interface QueryColumn extends ColumnType {
  readonly name: string;
}

/** What analysing a query tells. */
export type QueryAnalysis =
  | { readonly kind: 'analysed'; readonly columns: readonly QueryColumn[]; readonly lineage: readonly ColumnLineage[] }
  | { readonly kind: 'failed'; readonly problems: readonly Problem[] }
  /** Nothing analyses queries yet: outputs are taken from their declaration, and lineage is not known. */
  | { readonly kind: 'unknown' };

/** Analyses the query of a file against the endpoints that it may read. */
export type AnalyseQuery = (file: string, text: string, readable: readonly ReadableEndpoint[]) => QueryAnalysis;

/** Until `lib/googlesql` has its analyser: every declaration is believed. */
export const analyseQuery: AnalyseQuery = () => ({ kind: 'unknown' });
