// Owns writing names that are longer than their place: they break after a dot or an underscore, nowhere else.
import { type Child, h } from '../render/vnode.ts';

/** A name that may break between its words. */
export function breakable(name: string): readonly Child[] {
  return name.split(/(?<=[._])/).flatMap((word, index) => (index === 0 ? [word] : [h('wbr'), word]));
}
