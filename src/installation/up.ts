import { localUrl, portsFrom } from './addresses.ts';
import { banner } from './banner.ts';
import { openControl } from './control.ts';
import { obey } from './datacentre-orders.ts';
import { chooseData, removeTemporary } from './database.ts';
import { listenForInterruption } from './interruption.ts';
import { NOTHING_SHOWN, type Parts } from './parts.ts';
import { answersPing } from './ping.ts';
import { choosePlace } from './place.ts';
import { createServers, startAll } from './servers.ts';
import { claimState, findState, removeState, type State, writeState } from './state-file.ts';
import { seconds } from './steps.ts';
import { type Complaint, portComplaint, refuse, type UpOptions } from './up-options.ts';
import { EXIT } from '../cli/command.ts';
import type { Output } from '../cli/output.ts';
import { startStamp } from '../platform/processes.ts';

const LAST_WAIT_MS = 2_000;

/** Runs a whole Spine in the foreground until it is told to stop. */
export async function up(options: UpOptions, parts: Parts, output: Output): Promise<number> {
  const refusal = refuse(options);
  if (refusal !== null) return complain(output, refusal, EXIT.wrongUse);
  const place = await choosePlace(options);
  if (place.kind === 'running') return pointAt(place.state, output);
  if (place.kind === 'taken') return complain(output, portComplaint(place.ports), EXIT.wrongUse);
  const state = newState({ ...options, portBase: place.portBase }, parts);
  if (!claimState(state)) return pointAtOther(state, output);
  try {
    return await serve(state, options, parts, output);
  } finally {
    removeTemporary(state.data);
    removeState(state.portBase);
  }
}

async function serve(
  starting: State,
  options: UpOptions,
  parts: Parts,
  output: Output,
): Promise<number> {
  const servers = createServers();
  const interruption = listenForInterruption(() => {
    servers.kill();
    removeTemporary(starting.data);
    removeState(starting.portBase);
    process.exit(130); // as a shell reports an end by Ctrl-C
  });
  try {
    const started = startAll(servers, { ...options, state: starting, parts, output });
    const begun = await Promise.race([started, interruption.requested]);
    if (begun !== undefined) {
      const { running, shown } = begun;
      const control = await openControl(starting.portBase, (order) => obey(running, order));
      await announce({ ...starting, ...shown }, output, interruption.requested);
      await control.close();
    }
    return EXIT.ok;
  } finally {
    if (interruption.isRequested()) output.progress('stopping');
    await servers.stop();
    interruption.dispose();
    if (interruption.isRequested()) output.progress(stoppedWords(starting));
    // A step that was broken off may hold on to something; nobody waits for it.
    setTimeout(() => process.exit(), LAST_WAIT_MS).unref();
  }
}

async function announce(starting: State, output: Output, requested: Promise<void>): Promise<void> {
  const state = { ...starting, isReady: true };
  writeState(state);
  // Since the process began, not since we did: that is how long the person has waited.
  const last = `Ready in ${seconds(performance.now())} s. Ctrl-C to stop.`;
  output.result(banner(state, last), state);
  await requested;
}

function complain(output: Output, { message, remedy }: Complaint, code: number): number {
  output.progress(`spine up: ${message}`);
  output.progress(`what to do: ${remedy}`);
  return code;
}

async function pointAt(state: State, output: Output): Promise<number> {
  if (!state.isReady) {
    output.progress(`spine up: one is starting already (process ${state.pid})`);
    return EXIT.alreadyRunning;
  }
  const answers = (await answersPing(state.apiA)) || (await answersPing(state.apiB));
  const last = answers
    ? `Running already (process ${state.pid}, since ${state.startedAt}). spine down stops it.`
    : `Process ${state.pid} runs but does not answer. spine down stops it.`;
  output.result(banner(state, last), state);
  return EXIT.alreadyRunning;
}

/** Another one was quicker between our look and our claim. */
async function pointAtOther(own: State, output: Output): Promise<number> {
  removeTemporary(own.data);
  const found = findState(own.portBase);
  if (found.kind === 'running') return pointAt(found.state, output);
  return complain(
    output,
    {
      message: `the note of a running installation on port ${own.portBase} cannot be written`,
      remedy: 'choose other ports with --port-base <n>, or run spine doctor',
    },
    EXIT.wrongUse,
  );
}

function newState(options: UpOptions, parts: Parts): State {
  const { portBase, mode, data, databaseUrl, isReplicated } = options;
  const ports = portsFrom(portBase);
  return {
    version: parts.version,
    pid: process.pid,
    stamp: startStamp(process.pid),
    isReady: false,
    mode,
    portBase,
    ports,
    apiA: localUrl(ports.apiA),
    apiB: localUrl(ports.apiB),
    data: chooseData(data, databaseUrl),
    isReplicated,
    ...NOTHING_SHOWN,
    startedAt: new Date().toISOString(),
  };
}

function stoppedWords({ data }: State): string {
  switch (data.kind) {
    case 'temporary':
      return 'stopped; the temporary data are removed';
    case 'kept':
      return `stopped; the data are kept in ${data.folder}`;
    case 'external':
      return 'stopped; the data are in the database of DATABASE_URL';
  }
}
