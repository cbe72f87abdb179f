/** A line over everything that goes away by itself: what did not work. */

const shownForMs = 6_000;
const node = document.querySelector('#toast');
let timer;

/** @param {string} words */
export function warn(words) {
  node.textContent = words;
  node.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => {
    node.hidden = true;
  }, shownForMs);
}
