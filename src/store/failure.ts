/** Turns what a database throws into words people can act on; what the house threw itself passes through. */
import { SophiaError } from '../core/error.ts';

const neverConnected = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'CONNECT_TIMEOUT']);
const lostOnTheWay = new Set(['CONNECTION_CLOSED', 'CONNECTION_DESTROYED', 'CONNECTION_ENDED', 'ECONNRESET', 'EPIPE']);
const refusedUs = new Set(['28P01', '28000', '3D000', '42501']);

/** The cause stays for the log: database messages name tables and values, which are not for a thread. */
export function readableFailure(error: unknown): SophiaError {
  if (error instanceof SophiaError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (neverConnected.has(code))
    return new SophiaError('unavailable', 'The database cannot be reached.', {
      hint: 'Check DATABASE_URL, and that the database is running.',
      cause: error,
    });
  if (lostOnTheWay.has(code))
    return new SophiaError('timeout', 'The connection to the database was lost.', {
      hint: 'It comes back by itself once the database does.',
      cause: error,
    });
  if (refusedUs.has(code))
    return new SophiaError('forbidden', 'The database refuses these credentials.', {
      hint: 'Check the user, password, database and rights behind DATABASE_URL.',
      cause: error,
    });
  return new SophiaError('internal', 'The database could not do this.', {
    hint: 'The log has the details; check that the disk is not full.',
    cause: error,
  });
}

/** The port with every failure of its methods made readable. */
export function guarded<Port extends object>(port: Port): Port {
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return async (...values: unknown[]) => {
        try {
          return await member.apply(target, values);
        } catch (error) {
          throw readableFailure(error);
        }
      };
    },
  });
}
