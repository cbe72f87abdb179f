/** GitHub's pages: `per_page` rows, 30 unless asked otherwise and 100 at most, from page 1. */

export function pageOfRows<Row>(rows: Row[], search: URLSearchParams): Row[] {
  const size = Math.min(Number(search.get('per_page') ?? 30), 100);
  const from = (Number(search.get('page') ?? 1) - 1) * size;
  return rows.slice(from, from + size);
}
