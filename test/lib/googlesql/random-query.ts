/** Random queries that mean something: typed expressions over the columns in sight, joins, groups, windows, inner queries. */
import * as fc from 'fast-check';

/** Types that generated expressions have. */
const TYPES = ['INT64', 'STRING', 'BOOL', 'FLOAT64'] as const;
export type RandomType = (typeof TYPES)[number];

/** A column in sight. */
export interface RandomColumn {
  readonly name: string;
  readonly type: RandomType;
}

/** Tables that queries read: every column has a name that no other has. */
export const randomTables: Readonly<Record<string, readonly RandomColumn[]>> = {
  alpha: columnsOf('a'),
  beta: columnsOf('b'),
  gamma: columnsOf('c'),
};

function columnsOf(prefix: string): readonly RandomColumn[] {
  return TYPES.flatMap((type) => [1, 2].map((n) => ({ name: `${prefix}_${type.toLowerCase()}_${n}`, type })));
}

/** A query with the columns it gives. */
export interface RandomQuery {
  readonly sql: string;
  readonly columns: readonly RandomColumn[];
}

type Draw = <T>(list: readonly T[]) => T;

/** Draws names and parts until the query is whole. */
class QueryWriter {
  readonly #draw: Draw;
  #names = 0;

  constructor(draw: Draw) {
    this.#draw = draw;
  }

  query(depth: number): RandomQuery {
    if (depth > 0 && this.#one(4)) return this.#union(depth);
    if (depth > 0 && this.#one(4)) return this.#with(depth);
    return this.#select(depth);
  }

  #one(of: number): boolean {
    return this.#draw(Array.from({ length: of }, (_, i) => i)) === 0;
  }

  #name(prefix: string): string {
    this.#names++;
    return `${prefix}${this.#names}`;
  }

  #with(depth: number): RandomQuery {
    const name = this.#name('w');
    const inner = this.query(depth - 1);
    const outer = this.#selectFrom({ sql: name, columns: inner.columns }, depth - 1);
    return { sql: `WITH ${name} AS (${inner.sql}) ${outer.sql}`, columns: outer.columns };
  }

  #union(depth: number): RandomQuery {
    const left = this.#select(depth - 1);
    const source = this.#source(0);
    const items = left.columns.map(({ type }) => this.#value(type, source.columns, 1));
    const operator = this.#draw(['UNION ALL', 'UNION DISTINCT', 'EXCEPT DISTINCT', 'INTERSECT DISTINCT']);
    return { sql: `(${left.sql}) ${operator} (SELECT ${items.join(', ')} FROM ${source.sql})`, columns: left.columns };
  }

  #select(depth: number): RandomQuery {
    return this.#selectFrom(this.#source(depth), depth);
  }

  #selectFrom(source: RandomQuery, depth: number): RandomQuery {
    return this.#one(3) ? this.#grouped(source, depth) : this.#plain(source, depth);
  }

  #plain(source: RandomQuery, depth: number): RandomQuery {
    const columns = this.#newColumns();
    const items = columns.map(({ name, type }) => `${this.#item(type, source.columns, depth)} AS ${name}`);
    const tail = `${this.#where(source)}${this.#one(4) ? ` ORDER BY ${this.#value('INT64', source.columns, 1)} LIMIT 5` : ''}`;
    return { sql: `SELECT ${items.join(', ')} FROM ${source.sql}${tail}`, columns };
  }

  #grouped(source: RandomQuery, depth: number): RandomQuery {
    const [key, count, most] = [this.#draw(source.columns), this.#name('n'), this.#name('m')];
    const value = this.#value('INT64', source.columns, depth);
    const by = this.#value(this.#draw(TYPES), source.columns, 1);
    const items = [`${key.name} AS ${key.name}_k`, `COUNT(DISTINCT ${by}) AS ${count}`, `MAX(${value}) AS ${most}`];
    const sql = `SELECT ${items.join(', ')} FROM ${source.sql}${this.#where(source)} GROUP BY ${key.name}`;
    const columns: readonly RandomColumn[] = [
      { name: `${key.name}_k`, type: key.type },
      { name: count, type: 'INT64' },
      { name: most, type: 'INT64' },
    ];
    return { sql, columns };
  }

  #where({ columns }: RandomQuery): string {
    return this.#one(2) ? ` WHERE ${this.#value('BOOL', columns, 2)}` : '';
  }

  #newColumns(): readonly RandomColumn[] {
    const count = this.#draw([1, 2, 3]);
    return Array.from({ length: count }, () => ({ name: this.#name('o'), type: this.#draw(TYPES) }));
  }

  #source(depth: number): RandomQuery {
    const table = this.#draw(Object.keys(randomTables));
    const whole = { sql: `d.${table}`, columns: randomTables[table] ?? [] };
    if (depth <= 0) return whole;
    if (this.#one(3)) return this.#joined(whole, depth);
    if (!this.#one(2)) return whole;
    const inner = this.query(depth - 1);
    return { sql: `(${inner.sql})`, columns: inner.columns };
  }

  #joined(left: RandomQuery, depth: number): RandomQuery {
    const right = this.query(depth - 1);
    const both = { sql: '', columns: [...left.columns, ...right.columns] };
    const kind = this.#draw(['JOIN', 'LEFT JOIN', 'FULL JOIN']);
    const on = `${this.#value('BOOL', both.columns, 1)} AND TRUE`;
    // Two reads of one table would make its names ambiguous.
    const names = new Set(both.columns.map(({ name }) => name));
    if (names.size < both.columns.length) return left;
    return { sql: `${left.sql} ${kind} (${right.sql}) ON ${on}`, columns: both.columns };
  }

  /** A select item: an expression, or one over a window. */
  #item(type: RandomType, columns: readonly RandomColumn[], depth: number): string {
    const value = this.#value(type, columns, depth);
    if (!this.#one(4)) return value;
    const order = this.#value('INT64', columns, 1);
    const part = this.#draw(columns.filter((column) => column.type !== 'FLOAT64').concat(columns.slice(0, 1)));
    const over = part.type === 'FLOAT64' ? '' : `PARTITION BY ${part.name} `;
    return `LAG(${value}) OVER (${over}ORDER BY ${order})`;
  }

  #value(type: RandomType, columns: readonly RandomColumn[], depth: number): string {
    if (depth <= 0) return this.#leaf(type, columns);
    const value = (of: RandomType): string => this.#value(of, columns, depth - 1);
    const any: readonly (() => string)[] = [
      () => this.#leaf(type, columns),
      () => `IF(${value('BOOL')}, ${value(type)}, ${value(type)})`,
      () => `COALESCE(${value(type)}, ${value(type)})`,
      () => `CASE WHEN ${value('BOOL')} THEN ${value(type)} ELSE ${value(type)} END`,
      () => `STRUCT(${value(type)} AS x, ${value('STRING')} AS y).x`,
      () => `[${value(type)}, ${value(type)}][SAFE_OFFSET(${value('INT64')})]`,
      () => this.#subquery(type, columns, depth),
    ];
    const own: Readonly<Record<RandomType, readonly (() => string)[]>> = {
      INT64: [() => `(${value('INT64')} + ${value('INT64')})`, () => `LENGTH(${value('STRING')})`],
      STRING: [() => `CONCAT(${value('STRING')}, ${value('STRING')})`, () => `CAST(${value('INT64')} AS STRING)`],
      BOOL: [() => `(${value('STRING')} = ${value('STRING')})`, () => `NOT ${value('BOOL')}`],
      FLOAT64: [() => `(${value('INT64')} / 2)`, () => `SQRT(${value('FLOAT64')})`],
    };
    return this.#draw([...any, ...own[type]])();
  }

  #subquery(type: RandomType, columns: readonly RandomColumn[], depth: number): string {
    const source = this.#source(0);
    const known = source.columns.filter(({ name }) => columns.every((column) => column.name !== name));
    const inner = known.length === 0 ? columns : [...columns, ...known];
    const value = this.#value(type, known.length === 0 ? [] : known, depth - 1);
    const test = this.#value('BOOL', inner, depth - 1);
    return `(SELECT ANY_VALUE(${value}) FROM ${source.sql} WHERE ${test})`;
  }

  #leaf(type: RandomType, columns: readonly RandomColumn[]): string {
    const fitting = columns.filter((column) => column.type === type);
    return fitting.length === 0 ? LITERALS[type] : this.#draw(fitting).name;
  }
}

const LITERALS: Readonly<Record<RandomType, string>> = {
  INT64: '(3 + 4)',
  STRING: "'x'",
  BOOL: 'TRUE',
  FLOAT64: '1.5',
};

/** Random queries up to a depth. */
export function randomQuery(depth: number): fc.Arbitrary<RandomQuery> {
  return fc.infiniteStream(fc.nat({ max: 0x7fff_ffff })).map((numbers) =>
    new QueryWriter((list) => {
      const { value } = numbers.next();
      const drawn = list[Number(value) % list.length];
      if (drawn === undefined) throw new Error('there is nothing to draw from');
      return drawn;
    }).query(depth),
  );
}
