// Owns the table of an endpoint's columns: what they mean, and how much they say about a person.
import type { Column } from '../api/types.ts';
import { h, type VElement } from '../render/vnode.ts';

/** What is said about how much a value says of a person. */
const CLASSES: Readonly<Record<string, string>> = {
  none: 'Says nothing about a person.',
  broad: 'Shared by very many people.',
  narrow: 'Singles somebody out together with a few others.',
  strict: 'Says who or where somebody is, or what they wrote; never stored in the clear.',
};

export function schemaTable(schema: readonly Column[]): VElement {
  return h(
    'table',
    { class: 'list schema' },
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        ['Column', 'Type', 'Meaning', 'Class'].map((name) => h('th', { scope: 'col' }, name)),
      ),
    ),
    h('tbody', {}, schema.map(row)),
  );
}

function row({ name, type, description, semantic, class: level, privacy }: Column): VElement {
  return h(
    'tr',
    { key: name },
    h('th', { scope: 'row' }, name),
    h('td', { class: 'type' }, type),
    h('td', { class: 'meaning' }, description ?? '', semantic !== undefined && h('small', {}, semantic)),
    h(
      'td',
      { class: 'class' },
      level !== undefined && h('span', { class: 'level', 'data-class': level, title: CLASSES[level] }, level),
      privacy !== undefined && privacy !== 'clear' && h('small', {}, privacyText(privacy)),
    ),
  );
}

function privacyText(privacy: string): string {
  if (privacy === 'seal') return 'sealed';
  if (privacy === 'drop') return 'dropped';
  return privacy === 'token' ? 'pseudonym' : privacy.replace('generalise: ', 'as ');
}
