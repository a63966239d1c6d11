// Owns making the document as views say, changing only what differs: focus, scrolling and selection stay where they are.
import type { VElement, VNode } from './vnode.ts';

const SVG = 'http://www.w3.org/2000/svg';
/** What no view says: what somebody typed or opened, and where a script has put an element. */
const NOT_OF_VIEWS: ReadonlySet<string> = new Set(['value', 'open', 'style']);

const keys = new WeakMap<Node, string>();

/** Makes the children of an element those. */
export function patch(parent: Element, wanted: readonly VNode[]): void {
  const keyed = new Map<string, ChildNode>();
  for (const node of parent.childNodes) {
    const key = keys.get(node);
    if (key !== undefined) keyed.set(key, node);
  }
  const kept = new Set<ChildNode>();
  let at = parent.firstChild;
  for (const node of wanted) {
    const found = match(node, at, keyed, kept);
    const made = found ?? create(node, parent);
    kept.add(made);
    if (made === at) at = at.nextSibling;
    else parent.insertBefore(made, at);
    if (found !== undefined) update(found, node);
  }
  for (let node = parent.firstChild; node !== null;) {
    const next = node.nextSibling;
    if (!kept.has(node)) node.remove();
    node = next;
  }
}

/** The node of the document that a wanted one is: by its key, else the next one if it is of the same kind. */
function match(
  node: VNode,
  at: ChildNode | null,
  keyed: ReadonlyMap<string, ChildNode>,
  kept: ReadonlySet<ChildNode>,
): ChildNode | undefined {
  if (typeof node !== 'string' && node.key !== undefined) {
    const found = keyed.get(node.key);
    return found !== undefined && !kept.has(found) && isSame(found, node) ? found : undefined;
  }
  return at !== null && !keys.has(at) && isSame(at, node) ? at : undefined;
}

function isSame(node: ChildNode, wanted: VNode): boolean {
  if (typeof wanted === 'string') return node instanceof Text;
  return node instanceof Element && node.localName === wanted.tag;
}

function create(wanted: VNode, parent: Element): ChildNode {
  if (typeof wanted === 'string') return document.createTextNode(wanted);
  const inSvg = wanted.tag === 'svg' || parent.namespaceURI === SVG;
  const element = inSvg ? document.createElementNS(SVG, wanted.tag) : document.createElement(wanted.tag);
  if (wanted.key !== undefined) keys.set(element, wanted.key);
  for (const [name, value] of Object.entries(wanted.attributes)) element.setAttribute(name, value);
  patch(element, wanted.children);
  return element;
}

function update(node: ChildNode, wanted: VNode): void {
  if (typeof wanted === 'string') {
    if (node.textContent !== wanted) node.textContent = wanted;
  } else if (node instanceof Element) {
    updateAttributes(node, wanted);
    patch(node, wanted.children);
  }
}

function updateAttributes(element: Element, { attributes }: VElement): void {
  for (const name of element.getAttributeNames()) {
    if (attributes[name] === undefined && !NOT_OF_VIEWS.has(name)) element.removeAttribute(name);
  }
  for (const [name, value] of Object.entries(attributes)) {
    if (!NOT_OF_VIEWS.has(name) && element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
}
