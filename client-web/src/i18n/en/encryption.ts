export const encryption = {
  unlock: 'Unlock messages',
} as const;
