/** Whether and how this device notifies. Kept on the device, as the permission is. */
import { createStore, useStore } from 'zustand';

export interface NotificationChoices {
  readonly shown: boolean;
  readonly sound: boolean;
  readonly preview: boolean;
}

const KEPT = 'nexuscomm.notifications';

function read(): NotificationChoices {
  const defaults = { shown: false, sound: true, preview: true };
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? '{}') as Partial<Record<keyof NotificationChoices, unknown>>;
    return {
      shown: kept.shown === true,
      sound: kept.sound !== false,
      preview: kept.preview !== false,
    };
  } catch {
    return defaults;
  }
}

export const notificationChoices = createStore<NotificationChoices>(read);
notificationChoices.subscribe((choices) => {
  try {
    localStorage.setItem(KEPT, JSON.stringify(choices));
  } catch {
    // The choice lasts as long as the window.
  }
});

export const useNotificationChoices = (): NotificationChoices => useStore(notificationChoices);

/** Asks the browser if need be. False: it forbids them. */
export async function allowNotifications(): Promise<boolean> {
  if (window.nexuscommDesktop) return true;
  if (!('Notification' in window)) return false;
  if (Notification.permission === 'default') await Notification.requestPermission();
  return Notification.permission === 'granted';
}
