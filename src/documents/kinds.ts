/** What a file is, by its first bytes or its ending. */

/** Pictures models can be shown. */
const signatures: [mime: string, bytes: (number | null)[]][] = [
  ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/gif', [0x47, 0x49, 0x46, 0x38]],
  ['image/webp', [0x52, 0x49, 0x46, 0x46, null, null, null, null, 0x57, 0x45, 0x42, 0x50]],
];

/** By what the bytes are, not by what they are called. */
export function pictureMime(bytes: Uint8Array): string | null {
  const found = signatures.find(([, wanted]) => wanted.every((byte, index) => byte === null || bytes[index] === byte));
  return found?.[0] ?? null;
}

export function isPicture({ mime }: { mime: string }): boolean {
  return mime.startsWith('image/');
}

const kinds: [name: string, endings: string][] = [
  ['an archive', 'zip gz tgz tar bz2 xz 7z rar jar'],
  ['a Word document (saved as PDF I can read it)', 'doc docx odt pages'],
  ['a spreadsheet (saved as CSV I can read it)', 'xls xlsx ods numbers'],
  ['a presentation (saved as PDF I can read it)', 'ppt pptx odp key'],
  ['a sound', 'mp3 wav m4a ogg flac aac'],
  ['a film', 'mp4 mov avi mkv webm'],
  ['a program', 'exe dll so dylib bin dmg pkg deb rpm apk class wasm'],
  ['a picture of a kind models are not shown (PNG and JPEG are)', 'heic tif tiff bmp psd ico'],
];
const byEnding = new Map(
  kinds.flatMap(([name, endings]) => endings.split(' ').map((ending) => [ending, name] as const)),
);

/** What it is, when it is nothing I read. */
export function foreign(name: string): string | null {
  return byEnding.get(name.slice(name.lastIndexOf('.') + 1).toLowerCase()) ?? null;
}
