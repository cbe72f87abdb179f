/** Loaded before the app in the playground: ends it with its host, and lets it live in the world's time. */
import { isMainThread } from 'node:worker_threads';
import { moveDate } from './clock.ts';

// In the address, because the environment is the app's own: `leash.ts?ahead=3600000`.
moveDate(Number(new URL(import.meta.url).searchParams.get('ahead') ?? 0));

// When the host dies, even by kill -9, the app must not stay behind.
if (isMainThread && process.channel) {
  process.on('disconnect', () => process.exit(0));
  // The leash alone must not keep the app alive, nor hold up its graceful stop.
  process.channel.unref();
}
