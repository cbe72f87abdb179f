/** Loaded first by the npm scripts: an older Node cannot read TypeScript and would only show a stack trace. */
const oldest = 24;
if (Number(process.versions.node.split('.')[0]) < oldest) {
  process.stderr.write(
    `SOPHIA needs Node ${oldest} or newer; this is Node ${process.versions.node}. Get it from https://nodejs.org and run the same command again.\n`,
  );
  process.exit(1);
}
