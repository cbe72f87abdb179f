/** Moves the time of a whole process on: every `Date` that is made without a time lies this far ahead. */

const RealDate = Date;

/** Milliseconds ahead of the real time; 0 gives the real clock back. A proxy, so that dates made elsewhere are still dates. */
export function moveDate(ahead: number): void {
  if (ahead === 0) {
    put(RealDate);
    return;
  }
  const now = () => RealDate.now() + ahead;
  put(
    new Proxy(RealDate, {
      construct: (target, given, made) => Reflect.construct(target, given.length === 0 ? [now()] : given, made),
      apply: () => new RealDate(now()).toString(),
      get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
    }),
  );
}

function put(date: DateConstructor): void {
  globalThis.Date = date;
  RealDate.prototype.constructor = date;
}

/** The next moment at which clocks in `zone` show `hour` on a day from Monday to Friday, today left out. */
export function nextWorkday(from: number, hour: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    hourCycle: 'h23',
  });
  const local = (at: number) => Object.fromEntries(parts.formatToParts(at).map(({ type, value }) => [type, value]));
  const minute = 60_000;
  const today = local(from).day;
  // Minute by minute: right on the days when clocks are changed, too.
  for (let at = Math.ceil(from / minute) * minute; at < from + 8 * 24 * 60 * minute; at += minute) {
    const { day, weekday, hour: shown, minute: past } = local(at);
    if (Number(shown) === hour && Number(past) === 0 && day !== today && weekday !== 'Sat' && weekday !== 'Sun')
      return at;
  }
  throw new RangeError(`no workday shows ${hour}:00 in ${zone}`);
}
