/** `npm run tour`: walks the whole story against the real app and the emulated world, and fails on any deviation. */
import { toSophiaError } from '../core/error.ts';
import { createDriver, Deviation } from './driver.ts';
import { startPlayground } from './host.ts';
import { createNarrator, type Telling } from './narrator.ts';
import { story } from './story.ts';

const usage =
  'Usage: npm run tour [-- --json] [-- --log]\n  --json  one JSON object a line\n  --log   the app’s log when a step deviates';

async function tour(flags: string[]): Promise<number> {
  const unknown = flags.filter((flag) => !['--json', '--log', '--help'].includes(flag));
  if (unknown.length > 0 || flags.includes('--help')) {
    process.stdout.write(`${usage}\n`);
    return unknown.length > 0 ? 2 : 0;
  }
  const telling: Telling = flags.includes('--json') ? 'json' : 'text';
  const write = (line: string) => process.stdout.write(`${line}\n`);
  const begun = performance.now();
  // The world is emulated from end to end and the app inherits nothing, so keys in the environment do no harm here.
  const playground = await startPlayground({
    port: 0,
    quiet: true,
    stepMs: 60,
    environment: { PATH: process.env.PATH },
  });
  const driver = createDriver(playground.world);
  const narrator = createNarrator(playground.world.slack, driver.nameOf, telling, write);
  const scene = { playground, driver, narrator, memory: {} };
  try {
    for (const step of story) {
      narrator.step(step.number, step.title);
      try {
        await step.walk(scene);
      } catch (error) {
        const words = error instanceof Deviation ? error.message : String(error instanceof Error ? error.stack : error);
        narrator.say('deviation', `✗ Step ${step.number}, “${step.title}”, went another way:\n${words}`);
        if (flags.includes('--log')) for (const line of playground.app.lines.slice(-60)) narrator.say('log', line);
        return 1;
      }
    }
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    narrator.say('end', `All ${story.length} steps went as told, in ${seconds} s.`);
    return 0;
  } finally {
    narrator.close();
    await playground.close();
  }
}

tour(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    const { message, hint } = toSophiaError(error);
    process.stderr.write(`${[message, hint].filter(Boolean).join('\n')}\n`);
    process.exit(1);
  },
);
