import type { Ref } from 'react';
import { Label, TextArea as AriaTextArea, TextField as AriaTextField, type TextFieldProps as AriaTextFieldProps } from 'react-aria-components';
import { classNames } from '../class-names.ts';
import styles from './field.module.css';
import { FieldFoot, type FieldProps } from './text-field.tsx';

export interface TextAreaProps extends FieldProps, Omit<AriaTextFieldProps, 'className' | 'children' | 'style' | 'isInvalid' | 'type'> {
  readonly placeholder?: string;
  /** At least; it grows with what is typed. */
  readonly rows?: number;
  readonly areaRef?: Ref<HTMLTextAreaElement>;
}

export function TextArea({ label, hideLabel = false, hint, error, className, placeholder, rows = 3, areaRef, ...rest }: TextAreaProps) {
  return (
    <AriaTextField
      {...rest}
      isInvalid={error !== undefined}
      validationBehavior="aria"
      aria-label={hideLabel ? label : rest['aria-label']}
      className={classNames(styles.field, className)}
    >
      {!hideLabel && <Label className={styles.label}>{label}</Label>}
      <div className={styles.box}>
        <AriaTextArea
          ref={areaRef}
          rows={rows}
          placeholder={placeholder}
          className={styles.input}
          // With `field-sizing: content` the number of rows counts for nothing.
          style={{ minHeight: `calc(${rows} * 1.45em + 16px)` }}
        />
      </div>
      <FieldFoot hint={hint} error={error} />
    </AriaTextField>
  );
}
