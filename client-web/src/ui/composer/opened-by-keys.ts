/** Whoever walks through the inbox by keys goes on by keys: the field does not take the focus then. */

let byKeys = false;

if (typeof document !== 'undefined') {
  document.addEventListener(
    'keydown',
    ({ target, key }) => {
      if (key.length > 1 && !/^(?:Enter|Arrow)/.test(key)) return;
      byKeys = !(target instanceof Element && target.closest('input, textarea, select, [role="dialog"], [role="menu"]'));
    },
    true,
  );
  document.addEventListener('pointerdown', () => (byKeys = false), true);
}

/** Also where there is a touch screen, whose keyboard would cover half of it. */
export const openedByKeys = (): boolean => byKeys || matchMedia('(pointer: coarse)').matches;
