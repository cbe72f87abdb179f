/** Loaded by `npm start` and `npm run doctor`: takes settings from .env when there is one; what the environment says wins. */
if (require('node:fs').existsSync('.env')) process.loadEnvFile('.env');
