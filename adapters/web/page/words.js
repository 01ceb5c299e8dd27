// Ages, amounts and states as people read them. Pure.

export const STATES = ['accepted', 'key_created', 'server_created', 'ssh_ready', 'recipe_run', 'active', 'cleaning_up',
  'failed', 'terminating', 'terminated', 'termination_failed'];

// Nothing more comes by itself.
export const ENDED = ['failed', 'terminated'];

// What is neither where it wants to be nor at its end.
export const ON_THE_WAY = ['accepted', 'key_created', 'server_created', 'ssh_ready', 'recipe_run', 'cleaning_up',
  'terminating', 'termination_failed'];

export const plain = (state) => state.replaceAll('_', ' ');

// Which of five looks a state has; the word is always there, too.
export function tone(state) {
  if (state === 'active') return 'good';
  if (state === 'failed' || state === 'termination_failed') return 'bad';
  if (state === 'cleaning_up' || state === 'terminating') return 'ending';
  if (state === 'terminated') return 'over';
  return 'moving';
}

export function span(ms) {
  const s = Math.max(0, ms) / 1000;
  if (s < 10) return `${s.toFixed(1)} s`;
  if (s < 120) return `${Math.round(s)} s`;
  if (s < 7200) return `${Math.floor(s / 60)} min`;
  if (s < 172800) return `${Math.floor(s / 3600)} h`;
  return `${Math.floor(s / 86400)} d`;
}

export const age = (at, now = Date.now()) => span(now - Date.parse(at));

export const until = (at, now = Date.now()) => (Date.parse(at) > now ? `in ${span(Date.parse(at) - now)}` : 'now');

// Amounts come as decimal text, and are only added up for show.
export function money(amount, currency) {
  if (amount === null || amount === undefined || amount === '') return '–';
  const number = Number(amount);
  if (!Number.isFinite(number)) return String(amount);
  try {
    return new Intl.NumberFormat(undefined, {style: 'currency', currency: currency || 'EUR'}).format(number);
  } catch {
    return `${number.toFixed(2)} ${currency}`;
  }
}

export const counted = (number, one) => `${number.toLocaleString()} ${one}${number === 1 ? '' : 's'}`;
