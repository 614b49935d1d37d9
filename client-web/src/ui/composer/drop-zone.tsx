/** Files can be dropped anywhere on the conversation or thread that the composer belongs to. */
import { Upload } from 'lucide-react';
import { useEffect, useRef, useState, type RefObject } from 'react';
import { createPortal } from 'react-dom';
import { useT } from '../../i18n/i18n.ts';
import styles from './drop-zone.module.css';

export interface DropZoneProps {
  readonly within: RefObject<HTMLElement | null>;
  readonly name: string;
  readonly isDisabled: boolean;
  readonly onFiles: (files: readonly File[]) => void;
}

const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;

export function DropZone({ within, name, isDisabled, onFiles }: DropZoneProps) {
  const t = useT();
  const [over, setOver] = useState<DOMRect>();
  const latest = useRef({ onFiles, isDisabled });
  latest.current = { onFiles, isDisabled };
  useEffect(() => {
    const pane = within.current?.closest<HTMLElement>('main, aside');
    if (!pane) return;
    // Enter and leave come for every element on the way.
    let depth = 0;
    const enter = (event: DragEvent): void => {
      if (!hasFiles(event) || latest.current.isDisabled) return;
      event.preventDefault();
      if (depth++ === 0) setOver(pane.getBoundingClientRect());
    };
    const move = (event: DragEvent): void => {
      if (hasFiles(event)) event.preventDefault();
    };
    const leave = (event: DragEvent): void => {
      if (hasFiles(event) && --depth <= 0) end();
    };
    const end = (): void => {
      depth = 0;
      setOver(undefined);
    };
    const drop = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      end();
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length > 0 && !latest.current.isDisabled) latest.current.onFiles(files);
    };
    pane.addEventListener('dragenter', enter);
    pane.addEventListener('dragover', move);
    pane.addEventListener('dragleave', leave);
    pane.addEventListener('drop', drop);
    window.addEventListener('dragend', end);
    return () => {
      pane.removeEventListener('dragenter', enter);
      pane.removeEventListener('dragover', move);
      pane.removeEventListener('dragleave', leave);
      pane.removeEventListener('drop', drop);
      window.removeEventListener('dragend', end);
    };
  }, [within]);
  if (!over) return null;
  return createPortal(
    <div className={styles.zone} style={{ left: over.left, top: over.top, width: over.width, height: over.height }}>
      <div className={styles.card}>
        <Upload aria-hidden />
        <span className={styles.title}>{t('composer.files.drop', { name })}</span>
        <span className={styles.hint}>{t('composer.files.dropHint')}</span>
      </div>
    </div>,
    document.body,
  );
}
