/** When the gallery was opened; ms. */
export const NOW: number = Date.now();
