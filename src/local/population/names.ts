/** Given names, a word each; the oftener ones first. */
export const FEMALE_NAMES = words(
  'Olivia Amelia Emily Sarah Susan Margaret Mary Elizabeth Patricia Jean Julie Karen Claire Emma Laura Rebecca Sophie Grace Isla Ava Mia Ella Lily Freya Poppy Evie Florence Ivy Willow Rosie Phoebe Alice Charlotte Jessica Lauren Hannah Amy Gemma Rachel Nicola Joanne Tracey Sharon Deborah Angela Christine Linda Janet Carol Maureen Sheila Joan Dorothy Doris Hilda Edith Ethel Winifred Vera Irene Kathleen Eileen Joyce Beryl Brenda Pauline Gillian Jacqueline Lesley Alison Fiona Heather Lorraine Dawn Samantha Victoria Natalie Danielle Stacey Kirsty Zoe Chloe Megan Bethany Abigail Leah Georgia Molly Jasmine Holly Amber Aisha Fatima Zainab Priya Anjali Mei Siobhán Niamh Aoife Zoë Renée Chloé Anaïs Åsa Ólöf',
);
export const MALE_NAMES = words(
  'Oliver George Noah David John Michael Paul Peter Stephen Andrew James Robert William Richard Thomas Mark Ian Alan Colin Graham Keith Kevin Brian Derek Trevor Roger Barry Geoffrey Raymond Kenneth Ronald Dennis Norman Harold Albert Ernest Arthur Frederick Stanley Leonard Sidney Cyril Reginald Walter Alfred Charles Edward Henry Joseph Samuel Daniel Matthew Christopher Anthony Simon Jonathan Adam Benjamin Luke Jack Harry Joshua Callum Connor Ryan Liam Kyle Jordan Nathan Aaron Lewis Jamie Craig Scott Lee Darren Gary Wayne Shaun Stuart Gavin Martin Neil Nigel Philip Adrian Dominic Theo Leo Arlo Freddie Archie Alfie Oscar Muhammad Ahmed Ibrahim Arjun Rohan Wei Seán Pádraig Eoin René André José Björn Mikołaj Şükrü',
);

const BEGINNINGS = words(
  'Ash Black Brook Chal Clay Crow Dun East Fair Fen Gold Green Hard Hart Hazel Heath High Hol Kil Lang Lin Long Mar Mill Moor Nether New North Oak Old Pem Pres Ravens Red Rother Rush Sal Sand Scar Shel South Stan Stock Stone Sutter Swin Thorn Ul Wal Ward Weather West Whit Win Wood Wool Wych Yar York',
);
const ENDINGS = words(
  'ley ford ton wood field by ham bridge stead well worth wick thorpe den combe burn shaw hurst more gate bury croft dale land er man son house side mere pool stone cote brook hill bourne low ridge head stow minster',
);

/** Family names, put together; most of them belong to nobody. */
export const FAMILY_NAMES: readonly [string, ...string[]] = families();

function families(): [string, ...string[]] {
  const all = BEGINNINGS.flatMap((beginning) => ENDINGS.map((ending) => beginning + ending));
  // Neighbours begin alike: in steps that share no factor with their number each comes once.
  const step = 1009;
  const mixed = all.map((_, place) => all[(place * step) % all.length] ?? '');
  return ['Exampleton', ...mixed];
}

export const TOWNS = words(
  'Testwick Testmouth Testbury Testford Testham Exampleby Sampleton Trialstead',
);
export const STREETS = words(
  'Lane Street Road Avenue Close Quay Court Terrace Drive Gardens Row View',
);

function words(text: string): [string, ...string[]] {
  const [first = '', ...others] = text.split(' ');
  return [first, ...others];
}
