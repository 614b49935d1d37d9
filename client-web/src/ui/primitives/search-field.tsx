import { memo } from 'react';
import { Search, X } from 'lucide-react';
import type { ReactNode, Ref } from 'react';
import { Button, Input, SearchField as AriaSearchField, type SearchFieldProps as AriaSearchFieldProps } from 'react-aria-components';
import { useT } from '../../i18n/i18n.ts';
import { classNames } from '../class-names.ts';
import fieldStyles from './field.module.css';
import styles from './search-field.module.css';

export interface SearchFieldProps extends Omit<AriaSearchFieldProps, 'className' | 'children' | 'style' | 'aria-label'> {
  /** What is searched; read out, and the placeholder unless there is another. */
  readonly label: string;
  readonly placeholder?: string;
  /** After the text while it is empty: a key hint. */
  readonly after?: ReactNode;
  readonly inputRef?: Ref<HTMLInputElement>;
  readonly className?: string;
}

/** Escape empties it. */
export const SearchField = memo(function SearchField({ label, placeholder, after, inputRef, className, ...rest }: SearchFieldProps) {
  const t = useT();
  return (
    <AriaSearchField {...rest} aria-label={label} className={classNames(fieldStyles.field, styles.search, className)}>
      <div className={classNames(fieldStyles.box, styles.box)}>
        <span className={fieldStyles.icon}>
          <Search aria-hidden />
        </span>
        <Input ref={inputRef} placeholder={placeholder ?? label} className={fieldStyles.input} />
        {after !== undefined && <span className={styles.after}>{after}</span>}
        <Button className={styles.clear} aria-label={t('common.clear')}>
          <X aria-hidden />
        </Button>
      </div>
    </AriaSearchField>
  );
});
