/** A blur of a picture that is not there yet. Pictures that come at once never need it. */
import { useEffect, useRef } from 'react';
import styles from './media.module.css';

const WAIT_MS = 60;
const WIDTH = 32;

export function Blur({ hash, ratio }: { readonly hash: string; readonly ratio: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    let current = true;
    const timer = setTimeout(() => {
      void import('blurhash').then(({ decode, isBlurhashValid }) => {
        const element = canvas.current;
        if (!current || !element || !isBlurhashValid(hash).result) return;
        const [width, height] = [element.width, element.height];
        element.getContext('2d')?.putImageData(new ImageData(new Uint8ClampedArray(decode(hash, width, height)), width, height), 0, 0);
      });
    }, WAIT_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [hash]);
  return <canvas ref={canvas} className={styles.blur} width={WIDTH} height={Math.max(1, Math.min(64, Math.round(WIDTH / ratio)))} aria-hidden />;
}
