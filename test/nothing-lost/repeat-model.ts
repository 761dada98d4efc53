/**
 * What repeat dispensing and time must do to a prescription, written from the specification alone
 * [EPS-LIFECYCLE 1-6, 8]: every issue stands in full from the start, statuses are the codes of the
 * specification, days are texts. It shares no code with the service.
 */
export type RepeatOrder = {
  readonly prescribedOn: string;
  readonly daysSupply: number;
  /** By item: the last issue that it is in; the highest is the number of issues. */
  readonly items: Readonly<Record<string, number>>;
};

type Items = Record<string, string>;
type Told = { readonly id: string; readonly status: string; readonly items: Items; on: string };
type Issue = {
  status: string;
  items: Items;
  expires: string;
  readyOn: string;
  released: Items;
  told: Told[];
};

export type RepeatView = {
  readonly current: number;
  readonly nominated: boolean;
  readonly waiting: number;
  readonly issues: readonly { readonly status: string; readonly items: Items }[];
};

type Due = { readonly on: string; readonly act: (on: string) => void };

const OPEN_ITEMS = ['0007', '0008', '0003', '0004'];
const OVER = ['0004', '0005'];

export class RepeatModel {
  readonly #order: RepeatOrder;
  readonly #issues: Issue[];
  #current = 0;
  #nominated = true;
  #isGone = false;
  #waiting: (string | null)[] = [];

  constructor(order: RepeatOrder) {
    this.#order = order;
    const count = Math.max(...Object.values(order.items));
    this.#issues = Array.from({ length: count }, (_, n) => ({
      status: n === 0 ? '0001' : '9000',
      items: mapped(order.items, (last) => (last < n + 1 ? '0006' : '0007')),
      expires: monthsAfter(order.prescribedOn, n === 0 ? 6 : 12),
      readyOn: order.prescribedOn,
      released: {},
      told: [],
    }));
  }

  view(): RepeatView | null {
    if (this.#isGone) return null;
    const issues = this.#issues.map(({ status, items }) => ({ status, items }));
    const [current, waiting] = [this.#current + 1, this.#waiting.length];
    return { current, nominated: this.#nominated, waiting, issues };
  }

  release(today: string): boolean {
    const issue = this.#now();
    if (!['0001', '0000'].includes(issue.status) || issue.expires <= today) return false;
    issue.items = mapped(issue.items, (code) => (code === '0007' ? '0008' : code));
    Object.assign(issue, { status: '0002', released: issue.items, told: [] });
    return true;
  }

  /** By nomination: what is nominated, and only once its day has come. */
  download(today: string): boolean {
    return this.#nominated && this.#now().status === '0001' && this.release(today);
  }

  giveBack(): boolean {
    const issue = this.#now();
    if (issue.status !== '0002') return false;
    issue.status = '0001';
    issue.items = mapped(issue.items, (code) => (code === '0008' ? '0007' : code));
    this.#nominated = false;
    this.#apply(this.#waiting.splice(0));
    return true;
  }

  /** Every open item gets the status told; answers whether that may be. */
  dispense(id: string, code: '0001' | '0002' | '0003', today: string): boolean {
    const issue = this.#now();
    if (!['0002', '0003'].includes(issue.status)) return false;
    return this.#tell(this.#current, { id, code, today });
  }

  /** Of the issue of that number. */
  amend(number: number, told: { id: string; code: string; today: string }): boolean {
    const issue = this.#issues[number - 1];
    const last = issue?.told.at(-1);
    if (issue === undefined || last === undefined) return false;
    if (!['0003', '0006', '0007'].includes(issue.status)) return false;
    const isOpenAgain = told.code === '0003' && hasOpen(issue.told.at(-2)?.items ?? issue.released);
    if (isOpenAgain && !this.#canReopen(number - 1)) return false;
    issue.told.pop();
    if (this.#tell(number - 1, told)) return true;
    issue.told.push(last);
    return false;
  }

  withdraw(number: number): boolean {
    const issue = this.#issues[number - 1];
    if (issue === undefined || issue.told.length === 0) return false;
    if (!['0003', '0006', '0007'].includes(issue.status)) return false;
    if (!this.#canReopen(number - 1)) return false;
    issue.told.pop();
    const last = issue.told.at(-1);
    issue.status = last?.status ?? '0003';
    issue.items = last?.items ?? issue.released;
    this.#reopened(number - 1);
    return true;
  }

  claim(number: number): boolean {
    const issue = this.#issues[number - 1];
    if (issue === undefined || !['0006', '0007'].includes(issue.status)) return false;
    issue.status = '0008';
    return true;
  }

  /** Answers the code of the cancellation. */
  cancel(item: string | null): string {
    const { status, items } = this.#now();
    const code = item === null ? '0007' : (items[item] ?? '');
    const ended: Record<string, string> = {
      '0001': 'R-0004',
      '0002': 'R-0010',
      '0005': 'R-0006',
      '0006': 'R-0005',
    };
    if (ended[code] !== undefined) return ended[code];
    if (status === '0002' || status === '0003') {
      if (!this.#waiting.includes(item)) this.#waiting.push(item);
      return status === '0002' ? 'R-0002' : 'R-0003';
    }
    if (status === '0004') return 'R-0005';
    if (status === '0005') return 'R-0006';
    if (status === '0007') return 'R-0010';
    if (['0006', '0008', '0009'].includes(status)) return 'R-0004';
    this.#apply([item]);
    return 'R-0001';
  }

  /** All that time brings up to and with a day. */
  pass(today: string): void {
    for (let due = this.#due(); due !== null && due.on <= today; due = this.#due()) due.act(due.on);
  }

  #now(): Issue {
    const issue = this.#issues[this.#current];
    if (issue === undefined) throw new Error('no current issue');
    return issue;
  }

  #tell(n: number, { id, code, today }: { id: string; code: string; today: string }): boolean {
    const issue = this.#issues[n];
    if (issue === undefined) return false;
    const before = issue.told.at(-1)?.items ?? issue.released;
    // What was partly handed over can't be not dispensed any more [EPS-LIFECYCLE 5.1].
    if (code === '0002' && Object.values(before).includes('0003')) return false;
    const items = mapped(before, (was) => (OPEN_ITEMS.includes(was) ? code : was));
    const isFull = Object.values(items).includes('0001');
    const status = hasOpen(items) ? '0003' : isFull ? '0006' : '0007';
    issue.told.push({ id, status, items, on: today });
    Object.assign(issue, { status, items });
    if (status === '0003') this.#reopened(n);
    else this.#begin(n + 1, today);
    return true;
  }

  #begin(n: number, today: string): void {
    const next = this.#issues[n];
    if (next?.status !== '9000' || n !== this.#current + 1) return;
    const { prescribedOn, daysSupply } = this.#order;
    next.readyOn = daysAfter(prescribedOn, daysSupply * n - 7);
    next.status = next.readyOn > today ? '0000' : '0001';
    this.#current = n;
  }

  #canReopen(n: number): boolean {
    const next = this.#issues[n + 1];
    const status = this.#issues[n]?.status ?? '';
    const isComplete = ['0006', '0007'].includes(status);
    return !isComplete || next === undefined || ['9000', '0000', ...OVER].includes(next.status);
  }

  #reopened(n: number): void {
    const next = this.#issues[n + 1];
    if (next?.status === '0000') next.status = '9000';
    this.#current = n;
  }

  /** All from the issue that is current now, whatever is over by the first of them. */
  #apply(targets: readonly (string | null)[]): void {
    for (const issue of this.#issues.slice(this.#current)) {
      for (const item of targets) {
        if (item !== null) issue.items = { ...issue.items, [item]: '0005' };
        if (item === null || !hasOpen(issue.items)) issue.status = '0005';
      }
    }
    if (targets.length > 0) this.#goToFirstOpen();
  }

  #goToFirstOpen(): void {
    const open = this.#issues.findIndex(
      ({ status }, n) => n >= this.#current && !OVER.includes(status),
    );
    this.#current = open === -1 ? this.#issues.length - 1 : open;
  }

  /** The soonest of what time brings; records that are over are not followed further. */
  #due(): Due | null {
    const earlier = this.#issues
      .slice(0, this.#current)
      .filter((issue) => issue.status === '0006')
      .map((issue) => this.#noClaim(issue));
    const own = this.#dueOfCurrent();
    const all = own === null ? earlier : [...earlier, own];
    return all.toSorted((one, other) => (one.on < other.on ? -1 : 1))[0] ?? null;
  }

  #dueOfCurrent(): Due | null {
    const issue = this.#now();
    const { status, expires, readyOn, told } = issue;
    if (status === '0000' && readyOn < expires) {
      return { on: readyOn, act: () => Object.assign(issue, { status: '0001' }) };
    }
    const isUntold = status === '0003' && told.length === 0;
    if (isUntold || ['0000', '0001', '0002'].includes(status)) {
      return { on: expires, act: () => this.#expire() };
    }
    return ['0003', '0006'].includes(status) ? this.#noClaim(issue) : null;
  }

  #noClaim(issue: Issue): Due {
    const last = issue.told.at(-1)?.on;
    const act = (on: string): void => {
      issue.status = '0009';
      issue.items = mapped(issue.items, ended);
      this.#begin(this.#issues.indexOf(issue) + 1, on);
    };
    return { on: daysAfter(last ?? issue.expires, 180), act };
  }

  #expire(): void {
    for (const issue of this.#issues.slice(this.#current)) {
      if (OVER.includes(issue.status)) continue;
      issue.status = issue.status === '0003' ? '0006' : '0004';
      issue.items = mapped(issue.items, ended);
    }
    this.#goToFirstOpen();
  }
}

function ended(code: string): string {
  return { '0003': '0001', '0004': '0002', '0008': '0006', '0007': '0006' }[code] ?? code;
}

function hasOpen(items: Items): boolean {
  return Object.values(items).some((code) => OPEN_ITEMS.includes(code));
}

function mapped<Value>(
  items: Readonly<Record<string, Value>>,
  change: (value: Value) => string,
): Items {
  return Object.fromEntries(Object.entries(items).map(([id, value]) => [id, change(value)]));
}

export function daysAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** Cut to the last day of the month [EPS-LIFECYCLE 8]. */
function monthsAfter(day: string, months: number): string {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  const wanted = (month - 1 + months) % 12;
  let on = new Date(Date.UTC(year, month - 1 + months, date, 12));
  while (on.getUTCMonth() !== wanted) on = new Date(on.getTime() - 86_400_000);
  return on.toISOString().slice(0, 10);
}
