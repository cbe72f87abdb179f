/** A model that turns text into meaning: texts that mean alike lie close together. */

export interface Embeddings {
  /** Vectors of different models cannot be compared. */
  readonly model: string;
  readonly dimensions: number;
  /** One vector for each text, in their order. Throws when the model does not answer. */
  embed(texts: string[]): Promise<number[][]>;
}
