import { COMPONENT_IDS, COMPONENTS, DATACENTRES, type State, STATES } from '../../components.ts';
import { isBad } from '../../monitor/observed.ts';
import { duration, londonInstant } from '../../words.ts';
import { isOpen } from '../incident.ts';
import { incidentDetails } from './model.ts';
import type { Desk } from './order.ts';

/** What is open and how each component is: readable across a room [EXPERIENCE 5]. */
export function watchedModel({ incidents, states }: Desk, now: Date): object {
  return {
    open: incidents.filter(isOpen).map((one) => incidentDetails(one, now)),
    components: COMPONENT_IDS.map((id) => ({
      id,
      name: COMPONENTS[id].name,
      cells: DATACENTRES.map((datacentre) => tagOf(states[id][datacentre])),
    })),
  };
}

/** What probes last found of each component at each datacentre. */
export function probesModel({ states, steps }: Desk, now: Date): object {
  return {
    components: COMPONENT_IDS.map((id) => ({
      id,
      name: COMPONENTS[id].name,
      cells: DATACENTRES.map((datacentre) => {
        const step = steps.find((one) => one.component === id && one.datacentre === datacentre);
        const state = tagOf(states[id][datacentre]);
        if (step === undefined) return { datacentre, state, step: null };
        const { at, outcome, elapsedMs, detail } = step;
        const ago = duration(Math.max(0, now.getTime() - Date.parse(at)));
        const words = outcome.replace('-', ' ');
        const colour = isBad(step) ? 'red' : outcome === 'ok' ? 'green' : 'grey';
        const shown = { at: londonInstant(at), ago, words, colour, elapsedMs, detail };
        return { datacentre, state, step: shown };
      }),
    })),
  };
}

function tagOf(state: State): object {
  const { name, colour, symbol } = STATES[state];
  return { text: `${symbol} ${name}`, colour };
}
