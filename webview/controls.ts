/**
 * Buttons and the like in VS Code's look. The toolkit is archived upstream, so nothing else may import it: what is
 * needed instead of it need only be written here.
 */
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeProgressRing,
  type Button,
  type ProgressRing,
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
  provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeProgressRing());
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

/** Something turns: for a wait of unknown length. Hidden from screen readers, which read the text beside it. */
export function spinner(): HTMLElement {
  const ring = document.createElement('vscode-progress-ring') as ProgressRing;
  ring.setAttribute('aria-hidden', 'true');
  return ring;
}
