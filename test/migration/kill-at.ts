import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { Socket } from 'node:net';

/** `KILL_AT=file:3`: a process that imports this ends itself by SIGKILL before the third of what it writes to files, or of what it sends. */
const [what, place] = (process.env['KILL_AT'] ?? '').split(':');
const counts = { file: 0, socket: 0 };

function step(of: keyof typeof counts): void {
  counts[of] += 1;
  if (of === what && counts[of] === Number(place)) process.kill(process.pid, 'SIGKILL');
}

const { open, rename, writeFile } = fs;
fs.rename = (...words) => {
  step('file');
  return rename(...words);
};
fs.writeFile = (...words) => {
  step('file');
  return writeFile(...words);
};
fs.open = async (path, flags, mode) => {
  const opened = await open(path, flags, mode);
  if (flags !== 'w') return opened;
  const write = opened.writeFile.bind(opened);
  opened.writeFile = (...words) => {
    step('file');
    return write(...words);
  };
  return opened;
};
syncBuiltinESMExports();

// oxlint-disable-next-line typescript/unbound-method -- it is called for its own socket below
const { write } = Socket.prototype;
Socket.prototype.write = function (this: Socket, ...words: Parameters<Socket['write']>) {
  if (this.remotePort !== undefined) step('socket');
  return write.apply(this, words);
} as Socket['write'];

process.on('exit', () => process.stderr.write(`wrote ${counts.file}, sent ${counts.socket}\n`));
