/** A short, soft tone of two notes, made by the browser: no file to load. */
let context: AudioContext | undefined;
let last = 0;
const LEAST_BETWEEN_MS = 2_000;

export function playSound(): void {
  const now = Date.now();
  if (now - last < LEAST_BETWEEN_MS) return;
  last = now;
  try {
    context ??= new AudioContext();
    const start = context.currentTime;
    for (const [frequency, at] of [
      [659, 0],
      [880, 0.09],
    ] as const) {
      const tone = context.createOscillator();
      const volume = context.createGain();
      tone.type = 'sine';
      tone.frequency.value = frequency;
      volume.gain.setValueAtTime(0, start + at);
      volume.gain.linearRampToValueAtTime(0.12, start + at + 0.015);
      volume.gain.exponentialRampToValueAtTime(0.001, start + at + 0.28);
      tone.connect(volume).connect(context.destination);
      tone.start(start + at);
      tone.stop(start + at + 0.3);
    }
  } catch {
    // No audio device, or the page has not been touched yet.
  }
}
