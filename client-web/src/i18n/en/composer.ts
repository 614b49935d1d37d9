export const composer = {
  placeholder: 'Message {{name}}',
} as const;
