/** Stands where the app stands, for tests of the host and the page alone: ready, and takes whatever is sent. */
import { createServer } from 'node:http';

if (process.env.STAND_IN === 'never ready') process.exit(3);
createServer((request, response) => {
  if (request.method === 'POST') response.writeHead(200).end();
  else response.writeHead(request.url === '/readyz' ? 200 : 404).end(JSON.stringify(process.env));
}).listen(Number(process.env.PORT), process.env.HOST);
