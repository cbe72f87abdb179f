/** Takes note of whatever is cut away while a message is drawn, so that it can follow as a file. Drawing is synchronous. */

let cuts = 0;

/** Something of the text is not shown. */
export function noteLoss(): void {
  cuts++;
}

export function watchLoss<T>(draw: () => T): { drawn: T; lost: boolean } {
  const before = cuts;
  const drawn = draw();
  return { drawn, lost: cuts > before };
}

/** What is cut here can be seen in another place: a window behind a button, a line below. */
export function shownElsewhere<T>(draw: () => T): T {
  const before = cuts;
  const drawn = draw();
  cuts = before;
  return drawn;
}

/** The first `most` of a list; the others count as cut away. */
export function firstOf<T>(list: readonly T[], most: number): T[] {
  if (list.length > most) noteLoss();
  return list.slice(0, Math.max(0, most));
}
