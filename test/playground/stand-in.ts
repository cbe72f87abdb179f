/** Stands where the app stands, for tests of the host alone: ready, and nothing more. */
import { createServer } from 'node:http';

if (process.env.STAND_IN === 'never ready') process.exit(3);
createServer((request, response) => {
  response.writeHead(request.url === '/readyz' ? 200 : 404).end(JSON.stringify(process.env));
}).listen(Number(process.env.PORT), process.env.HOST);
