// What can be done, each asked for with what it ends or costs before it is done. The API says which of them this state
// allows, and what each means.
import {act} from './api.js';
import {element, say} from './elements.js';

const LABELS = {delete: 'Delete', cancel: 'Cancel', expire: 'Expire', 'payment-failed': 'Payment failed',
  'retry-termination': 'Try to end it again', check: 'Check the token', audit: 'Audit now', adopt: 'Take in what is ahead'};

export const labelOf = (action) => LABELS[action.name] ?? action.name;

// Resolves with whether it is to be done.
export function confirmed({title, text, yes, ends}) {
  return new Promise((resolve) => {
    const no = element('button', {value: 'no'}, 'Leave it');
    const dialog = element('dialog', {'aria-labelledby': 'asked-title', 'aria-describedby': 'asked-text'},
      element('form', {method: 'dialog'},
        element('h2', {id: 'asked-title'}, title), element('p', {id: 'asked-text'}, text),
        element('div', {class: 'buttons'}, no, element('button', {value: 'yes', class: ends ? 'danger' : 'main'}, yes))));
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
    document.body.append(dialog);
    dialog.showModal();
    no.focus();
  });
}

// A button that asks, does, and says how it went. `cost`: what it stops costing or begins to, where it is known.
export function actionButton(action, {about, cost, done}) {
  const trouble = element('p', {class: 'refused', role: 'alert'});
  const button = element('button', {type: 'button', class: action.ends ? 'danger' : '', onclick: async () => {
    trouble.textContent = '';
    const label = labelOf(action);
    const text = [action.means, cost].filter(Boolean).join(' ');
    if (!await confirmed({title: `${label}: ${about}?`, text, yes: label, ends: action.ends})) return;
    button.disabled = true;
    try {
      await done(await act(action.method, action.path));
      say(`${label}: ${about} – accepted`);
    } catch (problem) {
      trouble.textContent = problem.message;
    } finally {
      button.disabled = false;
    }
  }}, labelOf(action));
  return element('div', {class: 'action'}, button, trouble);
}
