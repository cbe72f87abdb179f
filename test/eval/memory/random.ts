/** Chance that falls the same way every time. */

export type Chance = {
  number(): number;
  pick<Value>(values: readonly Value[]): Value;
  shuffle<Value>(values: readonly Value[]): Value[];
};

/** Mulberry32. */
export function chanceFrom(seed: number): Chance {
  let state = seed;
  const number = () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
  const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(number() * values.length)] as Value;
  return {
    number,
    pick,
    shuffle: (values) =>
      values
        .map((value) => ({ value, key: number() }))
        .sort((one, other) => one.key - other.key)
        .map((one) => one.value),
  };
}
