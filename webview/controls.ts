/**
 * Buttons and the like in VS Code's look. The toolkit is archived upstream, so nothing else may import it: what is
 * needed instead of it need only be written here.
 */
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeProgressRing,
  vsCodeTextField,
  type Button,
  type Dropdown,
  type ProgressRing,
  type TextField,
} from '@vscode/webview-ui-toolkit';

export interface ButtonOptions {
  readonly label: string;
  /** The full name for screen readers and the tooltip; contains the label. */
  readonly describe?: string;
  readonly look?: 'primary' | 'secondary';
  readonly onPress: () => void;
}

/** Registers the custom elements; once, before any control is made. */
export function installControls(): void {
  provideVSCodeDesignSystem().register(
    vsCodeButton(),
    vsCodeDropdown(),
    vsCodeOption(),
    vsCodeProgressRing(),
    vsCodeTextField(),
  );
}

export function button({ label, describe = label, look = 'secondary', onPress }: ButtonOptions): HTMLElement {
  const control = document.createElement('vscode-button') as Button;
  control.appearance = look;
  control.textContent = label;
  control.setAttribute('aria-label', describe);
  if (describe !== label) control.title = describe;
  control.addEventListener('click', () => {
    if (!control.disabled) onPress();
  });
  return control;
}

/** Renames a button, and says whether what it opens is open. */
export function setExpanded(control: HTMLElement, expanded: boolean, label: string, describe: string): void {
  control.textContent = label;
  control.setAttribute('aria-label', describe);
  control.setAttribute('aria-expanded', String(expanded));
  control.title = describe;
}

export function setDisabled(control: HTMLElement, disabled: boolean): void {
  (control as Button).disabled = disabled;
}

/**
 * A choice among a few, with its label before it.
 * @param chosen index of the option that is chosen at first
 * @param onChoose is given the index of another one
 */
export function dropdown(
  label: string,
  options: readonly string[],
  chosen: number,
  onChoose: (index: number) => void,
): HTMLElement {
  const control = document.createElement('vscode-dropdown') as Dropdown;
  control.setAttribute('aria-label', label);
  control.append(
    ...options.map((text, i) => {
      const option = document.createElement('vscode-option');
      option.textContent = text;
      option.toggleAttribute('selected', i === chosen);
      return option;
    }),
  );
  control.addEventListener('change', () => onChoose(control.selectedIndex));
  return labelled(label, control);
}

/** A field for a whole number, with its label before it; Enter hands over what was typed. */
export function numberField(label: string, onEnter: (text: string) => void): HTMLElement {
  const control = document.createElement('vscode-text-field') as TextField;
  control.setAttribute('aria-label', label);
  control.setAttribute('inputmode', 'numeric');
  control.size = 8;
  control.addEventListener('keydown', ({ key }: KeyboardEvent) => {
    if (key === 'Enter') onEnter(control.value.trim());
  });
  return labelled(label, control);
}

/** Screen readers have the control's own name. */
function labelled(label: string, control: HTMLElement): HTMLElement {
  const text = document.createElement('span');
  text.setAttribute('aria-hidden', 'true');
  text.textContent = label;
  const holder = document.createElement('div');
  holder.className = 'labelled';
  holder.append(text, control);
  return holder;
}

/** Something turns: for a wait of unknown length. Hidden from screen readers, which read the text beside it. */
export function spinner(): HTMLElement {
  const ring = document.createElement('vscode-progress-ring') as ProgressRing;
  ring.setAttribute('aria-hidden', 'true');
  return ring;
}
