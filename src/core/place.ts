/** Kinds of places where people talk. */

/** `shared`: with another organisation. */
export const placeKinds = ['public', 'private', 'direct', 'shared'] as const;
export type PlaceKind = (typeof placeKinds)[number];
