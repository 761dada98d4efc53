import { type Cell, type Datacentre, isComponent, type Component } from '../components.ts';

/** An incident that clients are told of in their answers: of severity 1 or 2, and public. */
export type OpenIncident = {
  readonly number: string;
  /** Of its page. */
  readonly url: string;
  readonly nextUpdateAt: Date | null;
  readonly header: string;
  readonly cells: readonly Cell[];
};

/** Reads what the status site says of itself; what is not in its form tells nothing. */
export function openIncidentsIn(summary: unknown): OpenIncident[] {
  return listIn(summary, 'incidents').flatMap((incident) => {
    const [number, url] = [textIn(incident, 'number'), textIn(incident, 'url')];
    const severity = valueIn(incident, 'severity');
    const isTold = valueIn(incident, 'published') === true && (severity === 1 || severity === 2);
    if (!isTold || !/^INC-\d{8}-\d{2,4}$/.test(number) || !/^https?:\/\/[!-~]+$/.test(url))
      return [];
    const next = textIn(incident, 'nextUpdateAt');
    const update = /^[0-9TZ:.-]+$/.test(next) ? `; next-update=${next}` : '';
    const header = `${number}; severity=${severity}${update}; url=${url}`;
    const cells = listIn(valueIn(incident, 'affected'), 'cells').flatMap(cellOf);
    return [{ number, url, nextUpdateAt: dateIn(next), header, cells }];
  });
}

function dateIn(text: string): Date | null {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? null : at;
}

function cellOf(value: unknown): Cell[] {
  const component = textIn(value, 'component');
  const datacentre = textIn(value, 'datacentre');
  const isCell = isComponent(component) && (datacentre === 'a' || datacentre === 'b');
  return isCell ? [{ component, datacentre }] : [];
}

/** The one that touches what was asked; null: none does. */
export function touching(
  incidents: readonly OpenIncident[],
  components: readonly Component[],
  datacentre: Datacentre,
): OpenIncident | null {
  const touches = ({ cells }: OpenIncident): boolean =>
    cells.some((cell) => cell.datacentre === datacentre && components.includes(cell.component));
  return incidents.find(touches) ?? null;
}

function valueIn(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function textIn(value: unknown, name: string): string {
  const text = valueIn(value, name);
  return typeof text === 'string' ? text : '';
}

function listIn(value: unknown, name: string): readonly unknown[] {
  const list = valueIn(value, name);
  return Array.isArray(list) ? list : [];
}
