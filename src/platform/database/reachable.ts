import { connect, type Socket } from 'node:net';

/**
 * Whether somebody takes a connection where this one leads. A machine that is busy does, however long it takes for
 * an answer; one that is cut off does not. True where the other end is no address.
 */
export function isReachable(
  { remoteAddress: host, remotePort: port }: Socket,
  withinMs: number,
): Promise<boolean> {
  if (host === undefined || port === undefined) return Promise.resolve(true);
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (isSo: boolean) => (): void => {
      clearTimeout(late);
      socket.destroy();
      resolve(isSo);
    };
    const late = setTimeout(end(false), withinMs);
    socket.once('connect', end(true));
    socket.once('error', end(false));
  });
}
