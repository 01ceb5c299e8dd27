// What happened to a stream, an entry each: the events in words, and the attempts between two of them folded into one
// line until somebody wants them. Each entry has its record as the log has it.
import {element} from './elements.js';
import {counted, plain, span} from './words.js';
import {records} from './api.js';

const ATTEMPT = new Set(['step_started', 'step_failed', 'host_keys_prepared']);

// Entries, and lists of entries that are attempts.
export function folded(timeline) {
  const groups = [];
  for (const entry of timeline) {
    const last = groups.at(-1);
    if (!ATTEMPT.has(entry.type)) groups.push(entry);
    else if (Array.isArray(last)) last.push(entry);
    else groups.push([entry]);
  }
  return groups;
}

function record(stream, entry) {
  const text = element('pre', {tabindex: '0', 'aria-label': `Record ${entry.seq}`});
  return element('details', {class: 'record', ontoggle: async (event) => {
    if (!event.target.open || text.textContent) return;
    try {
      const found = (await records({stream, after: String(entry.seq - 1), limit: '1'})).all[0];
      text.textContent = JSON.stringify(found, null, 2);
    } catch (problem) {
      text.textContent = problem.message;
    }
  }}, element('summary', {}, `record ${entry.seq}`), text);
}

function line(stream, entry, before) {
  const waited = before ? `+${span(Date.parse(entry.at) - Date.parse(before.at))}` : '';
  return element('li', {class: `entry ${entry.type === 'step_failed' || entry.type === 'failed' ? 'trouble' : ''}`},
    element('p', {}, element('time', {datetime: entry.at, title: entry.at}, new Date(entry.at).toLocaleTimeString()),
      ' ', element('span', {class: 'since'}, waited), ' ', element('span', {}, entry.words || plain(entry.type)),
      ' ', element('span', {class: 'by'}, `${plain(entry.type)} · ${entry.actor}`)),
    record(stream, entry));
}

export function timelineOf(stream, timeline, open) {
  const before = new Map(timeline.map((entry, index) => [entry, timeline[index - 1]]));
  return element('ol', {class: 'timeline'}, folded(timeline).map((group) => {
    if (!Array.isArray(group)) return line(stream, group, before.get(group));
    const failures = group.filter((entry) => entry.type === 'step_failed');
    const started = group.filter((entry) => entry.type === 'step_started').length;
    const key = String(group[0].version);
    const title = `${counted(started, 'attempt')}${failures.length ? `, ${failures.length} failed: ` : ''}` +
      (failures.length ? failures.at(-1).words : '');
    return element('li', {class: 'attempts'}, element('details', {open: open.has(key), ontoggle: (event) => {
      if (event.target.open) open.add(key);
      else open.delete(key);
    }}, element('summary', {}, title), element('ol', {}, group.map((entry) => line(stream, entry, before.get(entry))))));
  }));
}
