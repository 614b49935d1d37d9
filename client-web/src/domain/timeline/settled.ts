/** ms; who stays with a conversation for so long does not just pass it: before that nothing is fetched for it that can wait. */
export const SETTLED_MS = 200;
