// Owns the rules of privacy that a declared field must keep: what it means is said, and what says much is protected.
import type { PrivacyAction } from './field.ts';
import { GENERALISE_RULES, isGeneraliseRule } from './generalise-rules.ts';
import { didYouMean, listNames } from './did-you-mean.ts';
import type { FieldDeclaration } from './declarations/field-file.ts';
import type { Platform, SemanticType } from './platform.ts';
import type { SemanticId } from '../platform/ids.ts';
import { parseId } from '../platform/ids.ts';

/** A finding about one field, at one of its keys. */
export interface FieldFinding {
  /** The key of the field that is wrong; none for the field as a whole. */
  readonly key?: string;
  readonly message: string;
  readonly allowed?: string | undefined;
  readonly hint?: string | undefined;
}

/** Where a field stands. */
export interface FieldSetting {
  readonly platform: Platform;
  /** Whether the event type has a subject whose keys can seal. */
  readonly subject: 'user' | 'none';
  /** What already protects it: the privacy of a record or list around it. */
  readonly inside: 'nothing' | 'sealed' | 'clear-list';
}

/** What a field means and what protects it, with every finding. */
export interface FieldProtection {
  readonly semantic: SemanticId | undefined;
  readonly privacy: PrivacyAction;
  readonly findings: readonly FieldFinding[];
}

/** Types of which a pseudonym can be made. */
const TOKEN_TYPES: readonly string[] = ['string', 'int64', 'enum'];

/** Judges the meaning and the protection of a field. */
export function protectionOf(declared: FieldDeclaration, setting: FieldSetting): FieldProtection {
  const { action, findings: actionFindings } = actionOf(declared, setting);
  const { semantic, type, findings: semanticFindings } = meaningOf(declared, action, setting.platform);
  const findings = [...actionFindings, ...semanticFindings];
  if (type !== undefined && semantic !== undefined)
    findings.push(...classFindings({ declared, action, semantic, type, setting }));
  return { semantic, privacy: action, findings };
}

function meaningOf(
  declared: FieldDeclaration,
  action: PrivacyAction,
  platform: Platform,
): { readonly semantic?: SemanticId; readonly type?: SemanticType; readonly findings: readonly FieldFinding[] } {
  const known = Object.keys(platform.semantics);
  if (declared.semantic === undefined) {
    // A record that is not protected as a whole says nothing by itself: each of its fields does.
    if (declared.type === 'record' && action.action === 'clear') return { findings: [] };
    return {
      findings: [
        {
          message: 'the field has no semantic type',
          allowed: listNames(known),
          hint: 'say what the value means; what is not classified is not stored',
        },
      ],
    };
  }
  const semantic = parseId('semantic', declared.semantic);
  const type = semantic === undefined ? undefined : platform.semantics[semantic];
  if (semantic !== undefined && type !== undefined) return { semantic, type, findings: [] };
  return {
    findings: [
      {
        key: 'semantic',
        message: `the semantic type "${declared.semantic}" is not declared`,
        allowed: listNames(known),
        hint: didYouMean(declared.semantic, known) ?? 'declare it in platform/semantics.yaml',
      },
    ],
  };
}

function actionOf(
  declared: FieldDeclaration,
  setting: FieldSetting,
): { readonly action: PrivacyAction; readonly findings: readonly FieldFinding[] } {
  const { privacy = 'clear', type } = declared;
  const clear: PrivacyAction = { action: 'clear' };
  const refuse = (message: string, allowed: string, hint?: string) => ({
    action: clear,
    findings: [{ key: 'privacy', message, allowed, hint }],
  });
  if (privacy !== 'clear' && setting.inside !== 'nothing') {
    return refuse(
      'a field inside a list, or inside a protected record, cannot be protected by itself',
      'privacy on the list or record around it',
    );
  }
  if (typeof privacy === 'object') return generaliseOf(privacy.generalise, type);
  if ((privacy === 'seal' || privacy === 'token' || privacy === 'person') && setting.subject === 'none') {
    return refuse(
      `"${privacy}" needs the key of a subject, and the event type has none`,
      'clear, drop or {generalise: RULE}',
      'declare `subject: user`, or drop the field',
    );
  }
  if (privacy === 'token' && !TOKEN_TYPES.includes(type)) {
    return refuse(`a ${type} cannot become a pseudonym`, `token on ${TOKEN_TYPES.join(', ')}`, 'seal or drop it');
  }
  if (privacy === 'person' && type !== 'string') {
    return refuse(`a ${type} names nobody`, 'person on string', 'send the user id of the person as a text');
  }
  return { action: { action: privacy }, findings: [] };
}

function generaliseOf(
  rule: string,
  type: string,
): { readonly action: PrivacyAction; readonly findings: readonly FieldFinding[] } {
  const rules = Object.keys(GENERALISE_RULES);
  if (!isGeneraliseRule(rule)) {
    const finding = {
      key: 'privacy',
      message: `there is no rule "${rule}"`,
      allowed: listNames(rules),
      hint: didYouMean(rule, rules),
    };
    return { action: { action: 'drop' }, findings: [finding] };
  }
  const takes: readonly string[] = GENERALISE_RULES[rule].takes;
  if (takes.includes(type)) return { action: { action: 'generalise', rule }, findings: [] };
  return {
    action: { action: 'drop' },
    findings: [{ key: 'privacy', message: `the rule "${rule}" does not take a ${type}`, allowed: takes.join(', ') }],
  };
}

interface Judged {
  readonly declared: FieldDeclaration;
  readonly action: PrivacyAction;
  readonly semantic: SemanticId;
  readonly type: SemanticType;
  readonly setting: FieldSetting;
}

function classFindings({ declared, action, semantic, type, setting }: Judged): readonly FieldFinding[] {
  if (action.action === 'generalise' && type.generalises[action.rule] === undefined) {
    const known = Object.keys(type.generalises);
    return [
      {
        key: 'privacy',
        message: `"${semantic}" does not become less by "${action.rule}"`,
        allowed: known.length === 0 ? 'seal, token or drop' : listNames(known),
        hint: 'semantics.yaml says which rules make it coarser',
      },
    ];
  }
  const bare = action.action === 'clear' && setting.inside !== 'sealed' && declared.type !== 'record';
  if (type.class !== 'strict' || !bare) return [];
  const rules = Object.keys(type.generalises).map((rule) => `{generalise: ${rule}}`);
  const where =
    setting.inside === 'clear-list'
      ? 'seal or drop on the list around it'
      : ['seal', 'token', ...rules, 'drop'].join(', ');
  return [
    {
      key: declared.privacy === undefined ? 'semantic' : 'privacy',
      message: `"${semantic}" is strict and would be stored in clear`,
      allowed: where,
      hint: 'what says who somebody is must be protected before it is stored',
    },
  ];
}
