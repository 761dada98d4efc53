/** Given names and the short forms that people use for them, folded. A list of our own. */
const SHORT_FORMS: Readonly<Record<string, string>> = {
  ALEX: 'ALEXANDER ALEXANDRA',
  ANDY: 'ANDREW',
  BELLA: 'ISABELLA',
  BEN: 'BENJAMIN',
  BERT: 'ALBERT HERBERT ROBERT',
  BETH: 'ELIZABETH',
  BETTY: 'ELIZABETH',
  BILL: 'WILLIAM',
  BILLY: 'WILLIAM',
  BOB: 'ROBERT',
  CATHY: 'CATHERINE',
  CHARLIE: 'CHARLES CHARLOTTE',
  CHRIS: 'CHRISTOPHER CHRISTINE',
  DAN: 'DANIEL',
  DAVE: 'DAVID',
  DEB: 'DEBORAH',
  DICK: 'RICHARD',
  ED: 'EDWARD EDMUND EDWIN',
  FRAN: 'FRANCES FRANCIS',
  FRED: 'FREDERICK ALFRED',
  GEOFF: 'GEOFFREY',
  GREG: 'GREGORY',
  HARRY: 'HAROLD HENRY',
  IZZY: 'ISABEL ISABELLA',
  JACK: 'JOHN',
  JAKE: 'JACOB',
  JAK: 'JACK JACOB',
  JEN: 'JENNIFER',
  JENNY: 'JENNIFER',
  JIM: 'JAMES',
  JO: 'JOANNA JOANNE JOSEPHINE',
  JOE: 'JOSEPH',
  JON: 'JONATHAN',
  JOSH: 'JOSHUA',
  KATE: 'KATHERINE CATHERINE',
  KEN: 'KENNETH',
  LEN: 'LEONARD',
  LIZ: 'ELIZABETH',
  MAGGIE: 'MARGARET',
  MANDY: 'AMANDA',
  MAT: 'MATTHEW',
  MATT: 'MATTHEW',
  MIKE: 'MICHAEL',
  NICK: 'NICHOLAS',
  PAM: 'PAMELA',
  PAT: 'PATRICK PATRICIA',
  PETE: 'PETER',
  PHIL: 'PHILIP',
  RICK: 'RICHARD',
  ROB: 'ROBERT',
  RON: 'RONALD',
  SALLY: 'SARAH',
  SAM: 'SAMUEL SAMANTHA',
  STEVE: 'STEPHEN STEVEN',
  SUE: 'SUSAN',
  TED: 'EDWARD THEODORE',
  TOM: 'THOMAS',
  TONY: 'ANTHONY',
  VAL: 'VALERIE',
  VICKY: 'VICTORIA',
  WILL: 'WILLIAM',
};

const LONG = new Map(Object.entries(SHORT_FORMS).map(([short, long]) => [short, long.split(' ')]));

/** What a name may be short for; else the name itself. */
export function longForms(folded: string): readonly string[] {
  return LONG.get(folded) ?? [folded];
}

/** Whether one may be short for the other, or both for a third [PDS 5.3]. */
export function areForms(one: string, other: string): boolean {
  return longForms(one).some((name) => longForms(other).includes(name));
}
