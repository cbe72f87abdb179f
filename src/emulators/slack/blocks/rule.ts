/** The small schema language of the Block Kit validator: a rule looks at a value and reports problems in Slack's words. */

export type Problem = { message: string; pointer: string };
export type Report = (message: string, pointer: string) => void;
export type Rule = (value: unknown, pointer: string, report: Report) => void;
export type Bag = Record<string, unknown>;

export function isBag(value: unknown): value is Bag {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function check(rule: Rule, value: unknown, pointer: string): Problem[] {
  const problems: Problem[] = [];
  rule(value, pointer, (message, where) => problems.push({ message, pointer: where }));
  return problems;
}

export function string(limits: { min?: number; max?: number; pattern?: RegExp; hint?: string } = {}): Rule {
  return (value, pointer, report) => {
    if (typeof value !== 'string') return report('must provide a string', pointer);
    const { min = 1, max, pattern } = limits;
    if (value.length < min) report(`must be more than ${min - 1} characters`, pointer);
    if (max !== undefined && value.length > max) report(`must be less than ${max + 1} characters`, pointer);
    if (pattern && !pattern.test(value)) report(limits.hint ?? 'must match the required format', pointer);
  };
}

export const url = (max = 3000): Rule => string({ max, pattern: /^https?:\/\/\S+$/, hint: 'must be a valid URL' });
export const id = (prefixes: string): Rule =>
  string({ pattern: new RegExp(`^[${prefixes}][A-Z0-9]+$`), hint: 'must be a valid ID' });
export const identifier: Rule = string({ max: 255 });

export const boolean: Rule = (value, pointer, report) => {
  if (typeof value !== 'boolean') report('must provide a boolean', pointer);
};

export function integer(min: number, max: number): Rule {
  return (value, pointer, report) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) return report('must provide an integer', pointer);
    if (value < min) report(`must be greater than or equal to ${min}`, pointer);
    if (value > max) report(`must be less than or equal to ${max}`, pointer);
  };
}

export const number: Rule = (value, pointer, report) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) report('must provide a number', pointer);
};

export function oneOf(...allowed: (string | number)[]): Rule {
  return (value, pointer, report) => {
    if (!allowed.includes(value as string)) report(`must be one of: ${allowed.join(', ')}`, pointer);
  };
}

export function list(item: Rule, limits: { min?: number; max?: number } = {}): Rule {
  return (value, pointer, report) => {
    if (!Array.isArray(value)) return report('must provide an array', pointer);
    const { min = 0, max } = limits;
    if (value.length < min) report(`no fewer than ${min} items required`, pointer);
    if (max !== undefined && value.length > max) return report(`no more than ${max} items allowed`, pointer);
    for (const [index, entry] of value.entries()) item(entry, `${pointer}/${index}`, report);
  };
}

export type Also = (value: Bag, pointer: string, report: Report) => void;

/** An object of exactly these members; `also` states what holds between them. */
export function shape(required: Record<string, Rule>, optional: Record<string, Rule> = {}, also?: Also): Rule {
  return (value, pointer, report) => {
    if (!isBag(value)) return report('must provide an object', pointer);
    for (const [key, rule] of Object.entries(required)) {
      if (key in value) rule(value[key], `${pointer}/${key}`, report);
      else report(`missing required field: ${key}`, pointer);
    }
    for (const key of Object.keys(value)) {
      if (key in required) continue;
      const rule = optional[key];
      if (rule) rule(value[key], `${pointer}/${key}`, report);
      else report(`invalid additional property: ${key}`, pointer);
    }
    also?.(value, pointer, report);
  };
}

/** Picks the rule by the object's `type`; a type outside `allowed` is refused. The table may be read later (blocks hold blocks). */
export function byType(table: () => Record<string, Rule>, allowed?: readonly string[]): Rule {
  return (value, pointer, report) => {
    if (!isBag(value)) return report('must provide an object', pointer);
    if (!('type' in value)) return report('missing required field: type', pointer);
    const type = typeof value.type === 'string' ? value.type : JSON.stringify(value.type);
    const rule = Object.hasOwn(table(), type) && (allowed?.includes(type) ?? true) ? table()[type] : undefined;
    if (!rule) return report(`unsupported type: ${type}`, `${pointer}/type`);
    rule(value, pointer, report);
  };
}

/** Exactly one of these members must be there. */
export function exactlyOne(...keys: string[]): Also {
  return (value, pointer, report) => {
    const present = keys.filter((key) => key in value);
    if (present.length === 0) report(`must define one of: ${keys.join(', ')}`, pointer);
    if (present.length > 1) report(`must define only one of: ${keys.join(', ')}`, pointer);
  };
}

/** At least one of these members must be there. */
export function atLeastOne(...keys: string[]): Also {
  return (value, pointer, report) => {
    if (!keys.some((key) => key in value)) report(`must define either \`${keys.join('` or `')}\``, pointer);
  };
}
