import { createServer, type Server } from 'node:http';

/** An application that waits at that address for browsers that come back. */
export async function waitingAt(url: string): Promise<Server> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html' }).end('<title>Ward site</title>');
  });
  const port = Number(new URL(url).port);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return server;
}
