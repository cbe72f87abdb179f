/** Forgetting a person beyond memory: their words in the audit trail, in the titles of runs, and in the engine's remembered steps. */

export interface Erasure {
  /** Free texts of the audit rows of a person and of the runs they asked for, and these runs' titles. */
  texts(person: string): Promise<{ audit: number; titles: number; engineIds: string[] }>;
}
