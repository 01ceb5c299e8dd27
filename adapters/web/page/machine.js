// A machine as a picture: its states, the way that was taken, and the time that was spent in each. The states and arrows
// are the program's own table (GET /v1/machines/KIND); only where a known state is drawn is decided here.
import {drawing} from './elements.js';
import {plain, span} from './words.js';

const WIDTH = 344, BOX = 148, TALL = 44, STEP = 72, RIGHT = WIDTH - BOX - 2;
// The way to a VM goes down on the left; what goes wrong, and the end, stand on the right.
const RIGHT_SIDE = ['cleaning_up', 'failed', 'terminating', 'termination_failed', 'terminated'];

function placed(states) {
  const at = new Map();
  let left = 0, right = 0;
  for (const {name} of states) {
    if (!RIGHT_SIDE.includes(name)) at.set(name, {x: 2, y: 2 + STEP * left++});
  }
  for (const name of RIGHT_SIDE) {
    if (states.some((state) => state.name === name)) at.set(name, {x: RIGHT, y: 2 + STEP * (1 + right++)});
  }
  return {at, height: STEP * Math.max(left, right + 1) - STEP + TALL + 4};
}

function arrow(from, to) {
  if (from.x === to.x) {
    const x = from.x + BOX / 2;
    if (Math.abs(to.y - from.y) <= STEP) {
      return to.y > from.y ? `M${x} ${from.y + TALL}V${to.y - 3}` : `M${x} ${from.y}V${to.y + TALL + 3}`;
    }
    const side = from.x > 100 ? from.x : from.x + BOX;
    const out = from.x > 100 ? -22 : 22;
    return `M${side} ${from.y + TALL / 2}C${side + out} ${from.y + TALL / 2} ${side + out} ${to.y + TALL / 2} ` +
      `${side + Math.sign(out) * 3} ${to.y + TALL / 2}`;
  }
  const start = from.x < to.x ? from.x + BOX : from.x;
  const end = from.x < to.x ? to.x - 3 : to.x + BOX + 3;
  const middle = (start + end) / 2;
  return `M${start} ${from.y + TALL / 2}C${middle} ${from.y + TALL / 2} ${middle} ${to.y + TALL / 2} ${end} ${to.y + TALL / 2}`;
}

// Milliseconds in each state, all visits together. The last one goes on until `now` where it is not an end.
export function timeInStates(path, now, ended) {
  const spent = new Map();
  path.forEach(({state, at}, index) => {
    const end = index + 1 < path.length ? Date.parse(path[index + 1].at) : ended ? Date.parse(at) : now;
    spent.set(state, (spent.get(state) ?? 0) + Math.max(0, end - Date.parse(at)));
  });
  return spent;
}

export function picture(machine, path, now) {
  const {at, height} = placed(machine.states);
  const current = path.at(-1)?.state;
  const ended = machine.states.find((state) => state.name === current)?.terminal ?? false;
  const spent = timeInStates(path, now, ended);
  const taken = new Set(path.slice(1).map((step, index) => `${path[index].state} ${step.state}`));
  const seen = new Set();
  const arrows = [];
  for (const {from, to} of machine.rows) {
    const key = `${from} ${to}`;
    if (from === to || seen.has(key) || !at.has(from) || !at.has(to)) continue;
    seen.add(key);
    const went = taken.has(key);
    arrows.push(drawing('path', {d: arrow(at.get(from), at.get(to)), class: went ? 'arrow taken' : 'arrow',
      'marker-end': went ? 'url(#tip-taken)' : 'url(#tip)'}));
  }
  arrows.sort((a, b) => a.classList.contains('taken') - b.classList.contains('taken'));
  const boxes = machine.states.filter(({name}) => at.has(name)).map(({name, terminal}) => {
    const {x, y} = at.get(name);
    const look = name === current ? 'now' : spent.has(name) ? 'visited' : 'unvisited';
    return drawing('g', {class: `box ${look}`},
      drawing('rect', {x, y, width: BOX, height: TALL, rx: terminal ? TALL / 2 : 8}),
      drawing('text', {x: x + BOX / 2, y: y + (spent.has(name) ? 19 : 27)}, plain(name)),
      spent.has(name) && drawing('text', {x: x + BOX / 2, y: y + 35, class: 'spent'},
        name === current && ended ? 'here it ended' : span(spent.get(name))));
  });
  const told = path.map(({state}) => `${plain(state)}${spent.get(state) ? `, ${span(spent.get(state))}` : ''}`).join('; then ');
  const tip = (id) => drawing('marker', {id, viewBox: '0 0 8 8', refX: 6, refY: 4, markerWidth: 6, markerHeight: 6, orient: 'auto'},
    drawing('path', {d: 'M0 0L8 4L0 8z'}));
  return drawing('svg', {viewBox: `0 0 ${WIDTH} ${height}`, class: 'machine', role: 'img',
    'aria-label': `The way through its states: ${told}.`},
  drawing('defs', {}, tip('tip'), tip('tip-taken')), arrows, boxes);
}
