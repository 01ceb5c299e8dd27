// Asks for the API token, over whatever is shown.
import {element} from './elements.js';

// `wrong`: the one that was given before was refused. Resolves with what was typed.
export function askForToken(wrong) {
  return new Promise((resolve) => {
    const field = element('input', {id: 'token', type: 'password', autocomplete: 'current-password', required: true,
      'aria-describedby': wrong ? 'token-wrong token-hint' : 'token-hint', 'aria-invalid': wrong ? 'true' : null});
    const dialog = element('dialog', {'aria-labelledby': 'token-title'},
      element('form', {method: 'dialog'},
        element('h2', {id: 'token-title'}, 'This daemon asks for its API token'),
        wrong && element('p', {class: 'refused', id: 'token-wrong', role: 'alert'}, 'That token was not the right one.'),
        element('label', {for: 'token'}, 'API token'),
        field,
        element('p', {class: 'hint', id: 'token-hint'},
          'SLIPWAY_API_TOKEN of its configuration. It is kept for this tab only, and sent to this daemon alone.'),
        element('div', {class: 'buttons'}, element('button', {class: 'main'}, 'Go on'))));
    dialog.addEventListener('cancel', (event) => event.preventDefault());
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(field.value);
    });
    document.body.append(dialog);
    dialog.showModal();
    field.focus();
  });
}
