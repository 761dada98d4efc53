import { createServer, request as forward } from 'node:http';

/** What stands before both datacentres: every request goes to the other one than the last. */
export async function startBalancer(
  port: number,
  targets: () => readonly string[],
): Promise<{ readonly answered: readonly number[]; close(): void }> {
  const answered: number[] = [];
  let turn = 0;
  const server = createServer((request, response) => {
    const urls = targets();
    turn = (turn + 1) % urls.length;
    answered[turn] = (answered[turn] ?? 0) + 1;
    const { hostname, port: to } = new URL(urls[turn] ?? '');
    const { method, headers, url: path } = request;
    const sent = forward({ hostname, port: to, path, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(response);
    });
    sent.on('error', () => response.destroy());
    request.pipe(sent);
  });
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    answered,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
