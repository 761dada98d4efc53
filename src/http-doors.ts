import type { Config } from './platform/config.ts';
import {
  type HttpResponse,
  type HttpServer,
  type HttpService,
  startHttp,
} from './platform/http.ts';

/** Where a process listens for HTTP: on a port of its own, and on those that processes of an installation share. */
export type HttpDoors = {
  readonly port: number;
  serve(services: HttpServices): Promise<void>;
  turnAway(answer: (() => HttpResponse) | null): Promise<void>;
  close(): Promise<void>;
};

/** `forPeople`: what sign-in and the web pages need, and nothing else; it is at the own port too. */
export type HttpServices = { readonly all: HttpService; readonly forPeople: HttpService };

/**
 * Listens at once; until there is something to serve, every request gets `tooEarly` [EXPERIENCE X-09]. The ports of
 * sign-in and of the pages have the same behind them, as who signs in goes from one to the other [DESIGN 6].
 */
export async function openHttpDoors(
  { host, port, sharedPorts }: Config,
  tooEarly: () => HttpResponse,
): Promise<HttpDoors> {
  const opened: HttpServer[] = [];
  const close = async (): Promise<void> => {
    for (const server of opened) await server.close();
  };
  try {
    const own = await startHttp(host, port, tooEarly);
    opened.push(own);
    for (const shared of [sharedPorts.signIn, sharedPorts.pages]) {
      if (shared !== null) opened.push(await startHttp(host, shared, tooEarly, { isShared: true }));
    }
    return {
      port: own.port,
      serve: async ({ all, forPeople }) => {
        for (const server of opened) await server.serve(server === own ? all : forPeople);
      },
      turnAway: async (answer) => {
        for (const server of opened) await server.turnAway(answer);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
