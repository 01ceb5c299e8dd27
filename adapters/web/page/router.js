// Where one is, as the address says it: the view, its filters and what is selected. A link shows another what one sees,
// and the browser's own back goes back.

const listeners = new Set();

export function place() {
  return new URLSearchParams(location.search);
}

export function address(parameters) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== null && value !== '') query.set(name, value);
  }
  const text = query.toString();
  return text === '' ? '/' : `/?${text}`;
}

export function go(parameters, {replace = false} = {}) {
  const to = address(parameters);
  if (to === location.pathname + location.search) return;
  history[replace ? 'replaceState' : 'pushState'](null, '', to);
  for (const listener of listeners) listener();
}

// The same place with some of it changed, as a filter does it.
export function change(parameters, how) {
  go({...Object.fromEntries(place()), ...parameters}, how);
}

export function onPlace(listener) {
  listeners.add(listener);
}

addEventListener('popstate', () => {
  for (const listener of listeners) listener();
});

// Links within the page are real ones; a plain click need not load the page anew.
document.addEventListener('click', (event) => {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
  const link = event.target.closest('a[href^="/?"], a[href="/"]');
  if (!link || link.target) return;
  event.preventDefault();
  go(Object.fromEntries(new URL(link.href).searchParams));
});
