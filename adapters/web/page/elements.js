// DOM elements as expressions. Text is always set as text: nothing that a VM, a user or Hetzner wrote becomes markup.

const SVG = 'http://www.w3.org/2000/svg';

function fill(made, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

export const element = (name, properties, ...children) => fill(document.createElement(name), properties, children);

export const drawing = (name, properties, ...children) => fill(document.createElementNS(SVG, name), properties, children);

// For people who do not see what has changed.
export function say(text) {
  document.getElementById('said').textContent = text;
}

export function time(at) {
  if (!at) return '–';
  return element('time', {datetime: at, title: at}, new Date(at).toLocaleString());
}
