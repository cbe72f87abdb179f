/** What both databases can keep: text without NUL and lone surrogates, and times of one width that sort as text. */
import {
  type KyselyPlugin,
  OperationNodeTransformer,
  type PluginTransformQueryArgs,
  type PluginTransformResultArgs,
  type PrimitiveValueListNode,
  type QueryResult,
  type RootOperationNode,
  type UnknownRow,
  type ValueNode,
} from 'kysely';
import { SophiaError } from '../core/error.ts';
import type { Json } from '../core/json.ts';

/** Postgres refuses NUL in text, SQLite cuts at it: both become the replacement character. */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}

export function storableJson(value: Json): Json {
  if (typeof value === 'string') return storable(value);
  if (Array.isArray(value)) return value.map(storableJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [storable(key), member === undefined ? member : storableJson(member)]),
  );
}

/** ISO 8601 in UTC with milliseconds, so that comparing text compares time. */
export function instant(at: string): string {
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) throw new SophiaError('bad_input', `Not a time: ${at}`);
  return time.toISOString();
}

class StorableValues extends OperationNodeTransformer {
  protected override transformValue(node: ValueNode): ValueNode {
    return typeof node.value === 'string' ? { ...node, value: storable(node.value) } : node;
  }

  protected override transformPrimitiveValueList(node: PrimitiveValueListNode): PrimitiveValueListNode {
    return { ...node, values: node.values.map((value) => (typeof value === 'string' ? storable(value) : value)) };
  }
}

/** Makes every text that goes into any query storable, look-ups too: the two databases must not differ on hostile input. */
export class StorableText implements KyselyPlugin {
  readonly #values = new StorableValues();

  transformQuery(args: PluginTransformQueryArgs): RootOperationNode {
    return this.#values.transformNode(args.node, args.queryId);
  }

  async transformResult(args: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> {
    return args.result;
  }
}
