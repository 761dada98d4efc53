import { type Command, EXIT } from '../../../cli/command.ts';
import { storeCommand } from '../../../installation/store-command.ts';
import { pkiUrlOf } from '../../../platform/config.ts';
import { blockSeries } from './handle.ts';
import { parseSeries } from './series.ts';

/** What an operator does with all cards of a series. */
export const seriesCommand: Command = storeCommand({
  name: 'card block',
  summary: 'end all cards of an old series, of which no more are issued',
  usage: '<series>',
  options: [],
  examples: [
    { line: 'spine card block 5', explanation: 'holders of cards of series 5 need another one' },
    { line: 'spine card issue 555900010101 --pin 246810 --series 8', explanation: 'says which' },
    { line: 'spine card list', explanation: 'shows whose cards are blocked' },
  ],
  async work({ words, output }, database) {
    const series = parseSeries(words[0] ?? '');
    if (series === null) {
      output.progress('spine card block: name the series, 1 to 99');
      return EXIT.wrongUse;
    }
    const cards = { database, pkiUrl: pkiUrlOf(process.env) };
    const blocked = await blockSeries(cards, series, { userId: null, at: new Date() });
    const text = [`series ${series} is not used any more`, ...blocked].join('\n');
    output.result(text, { series, blocked });
    return EXIT.ok;
  },
});
