// Owns what the page should look like as plain data: elements, attributes and text, made by views and patched into the document.

/** An element as it should be. */
export interface VElement {
  readonly tag: string;
  /** Among its siblings; keeps an element itself when the order changes. */
  readonly key: string | undefined;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly VNode[];
}

/** An element, or text. */
export type VNode = VElement | string;

/** What views may write as a child: nothing and lists are flattened away. */
export type Child = VNode | number | undefined | false | readonly Child[];

/** What views may write as an attribute: `true` is present, nothing and `false` are absent. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** An element; the attribute `key` is its key. */
export function h(tag: string, attributes: Attributes = {}, ...children: readonly Child[]): VElement {
  const { key, ...rest } = attributes;
  const present: Record<string, string> = {};
  for (const [name, value] of Object.entries(rest)) {
    if (value === undefined || value === false) continue;
    present[name] = value === true ? '' : String(value);
  }
  return { tag, key: key === undefined ? undefined : String(key), attributes: present, children: flatten(children) };
}

function flatten(children: readonly Child[]): readonly VNode[] {
  return children.flatMap((child) => {
    if (child === undefined || child === false || child === '') return [];
    if (typeof child === 'number') return [String(child)];
    return isList(child) ? flatten(child) : [child];
  });
}

function isList(child: VNode | readonly Child[]): child is readonly Child[] {
  return Array.isArray(child);
}
