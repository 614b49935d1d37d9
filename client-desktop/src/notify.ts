/** The system's notifications. One per conversation: a newer message takes the place of the older. */
import type { Notification } from 'electron';
import type { PageNotification } from './bridge.ts';

const MOST_SHOWN = 20;

export class Notifier {
  readonly #make: new (options: { title: string; body: string; silent: boolean }) => Pick<Notification, 'show' | 'close' | 'on'>;
  readonly #onClick: (id: string) => void;
  /** Held on to: one that is collected no longer tells of a click. */
  readonly #shown = new Map<string, Pick<Notification, 'close'>>();

  constructor(
    make: new (options: { title: string; body: string; silent: boolean }) => Pick<Notification, 'show' | 'close' | 'on'>,
    onClick: (id: string) => void,
  ) {
    this.#make = make;
    this.#onClick = onClick;
  }

  show({ id, title, body }: PageNotification): void {
    this.#close(id);
    const oldest = this.#shown.keys().next();
    if (this.#shown.size >= MOST_SHOWN && oldest.done !== true) this.#close(oldest.value);
    // The page plays its own sound.
    const notification = new this.#make({ title, body, silent: true });
    const gone = (): void => {
      if (this.#shown.get(id) === notification) this.#shown.delete(id);
    };
    notification.on('click', () => {
      gone();
      this.#onClick(id);
    });
    notification.on('close', gone);
    this.#shown.set(id, notification);
    notification.show();
  }

  #close(id: string): void {
    const notification = this.#shown.get(id);
    this.#shown.delete(id);
    notification?.close();
  }
}
