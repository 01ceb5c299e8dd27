// Light, dark, or as the system has it. The choice is kept for this browser.
const KEPT = 'slipway-theme';
const CHOICES = ['system', 'light', 'dark'];

export function theme(button) {
  let choice = localStorage.getItem(KEPT);
  if (!CHOICES.includes(choice)) choice = 'system';
  const use = () => {
    if (choice === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = choice;
    button.textContent = `Colours: ${choice}`;
  };
  button.addEventListener('click', () => {
    choice = CHOICES[(CHOICES.indexOf(choice) + 1) % CHOICES.length];
    localStorage.setItem(KEPT, choice);
    use();
  });
  use();
}
