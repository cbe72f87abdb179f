/** Loaded before the app in the playground: when the host dies, even by kill -9, the app must not stay behind. */
import { isMainThread } from 'node:worker_threads';

if (isMainThread && process.channel) {
  process.on('disconnect', () => process.exit(0));
  // The leash alone must not keep the app alive, nor hold up its graceful stop.
  process.channel.unref();
}
