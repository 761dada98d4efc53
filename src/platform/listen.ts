import type { ListenOptions, Server } from 'node:net';

/** Answers the port, once it listens there: any free one for 0. */
export async function listen(
  server: Server,
  where: Pick<ListenOptions, 'host' | 'reusePort'> & { readonly port: number },
): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : where.port;
}
