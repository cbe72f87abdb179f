/** Loaded first: what Node has made of the TypeScript is kept beside the modules for the next start, where it may write there. */
const { enableCompileCache } = require('node:module');
const { join } = require('node:path');

enableCompileCache(join(__dirname, '../node_modules/.cache/sophia'));
