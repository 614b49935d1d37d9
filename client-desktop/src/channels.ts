/** Names of what goes between the page's preload script and the main process. */
export const CHANNELS = {
  /** with an answer */
  seal: 'vault:seal',
  open: 'vault:open',
  seals: 'vault:seals',
  /** without */
  badge: 'badge',
  notify: 'notify',
  ready: 'ready',
  /** to the page */
  link: 'link',
  notificationClick: 'notification-click',
  resume: 'resume',
} as const;
