export const rooms = {
  info: 'About this conversation',
} as const;
