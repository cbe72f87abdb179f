/** Times as the acting person's own Slack would show them: in their time zone, by the world's clock. */

let zone;

/** @param {string | undefined} next an IANA name; the browser's own when left out */
export function setZone(next) {
  zone = next;
}

const shown = (at, options) => new Date(at).toLocaleString('en-GB', { timeZone: zone, ...options });
const time = { hour: '2-digit', minute: '2-digit', hour12: false };

/** `09:05` @param {string} ts */
export function clock(ts) {
  return shown(Number(ts) * 1000, time);
}

/** `Monday 23 November` @param {string} ts */
export function dayOf(ts) {
  return shown(Number(ts) * 1000, { weekday: 'long', day: 'numeric', month: 'long' }).replace(',', '');
}

/** `Monday 23 November, 09:05 (Asia/Tokyo)`: whose clock that is. @param {string} ts */
export function exactly(ts) {
  return `${dayOf(ts)}, ${clock(ts)}${zone ? ` (${zone})` : ''}`;
}

/** `Mon 23 Nov, 09:05` @param {number} at milliseconds */
export function moment(at) {
  return `${shown(at, { weekday: 'short', day: 'numeric', month: 'short' }).replace(',', '')}, ${shown(at, time)}`;
}

const formats = {
  date_num: (at) => shown(at, { year: 'numeric', month: '2-digit', day: '2-digit' }).split('/').reverse().join('-'),
  date: (at) => shown(at, { day: 'numeric', month: 'long', year: 'numeric' }),
  date_short: (at) => shown(at, { day: 'numeric', month: 'short', year: 'numeric' }),
  date_long: (at) => shown(at, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }),
  time: (at) => shown(at, time),
  time_secs: (at) => shown(at, { ...time, second: '2-digit' }),
};

/** Slack's `{date_short_pretty} at {time}`; null when it has no such format. @param {number} seconds @param {string} format */
export function slackDate(seconds, format) {
  let known = true;
  const words = format.replaceAll(/\{(\w+)\}/g, (_, name) => {
    const make = formats[name.replace(/_pretty$/, '')];
    known &&= Boolean(make);
    return make ? make(seconds * 1000) : '';
  });
  return known ? words : null;
}

/** `2 d 1 h 30 min` @param {number} milliseconds */
export function span(milliseconds) {
  const minutes = Math.round(milliseconds / 60_000);
  const parts = [
    [Math.floor(minutes / 1440), 'd'],
    [Math.floor((minutes % 1440) / 60), 'h'],
    [minutes % 60, 'min'],
  ];
  return parts.flatMap(([count, unit]) => (count > 0 ? [`${count} ${unit}`] : [])).join(' ') || '0 min';
}
