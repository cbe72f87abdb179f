/** A no in GitHub's own form: status, message, and headers where they matter. */

export class Refusal extends Error {
  readonly status: number;
  readonly headers: Record<string, string>;

  constructor(status: number, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.headers = headers;
  }
}

export function refuse(status: number, message: string, headers: Record<string, string> = {}): Refusal {
  return new Refusal(status, message, headers);
}
