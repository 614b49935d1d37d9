import type { ReactNode } from 'react';
import { Label, Radio, RadioGroup, type RadioGroupProps } from 'react-aria-components';
import { classNames } from '../class-names.ts';
import fieldStyles from './field.module.css';
import styles from './radio-cards.module.css';
import { FieldFoot, type FieldProps } from './text-field.tsx';

export interface RadioCard<Value extends string = string> {
  readonly value: Value;
  readonly label: string;
  readonly hint?: ReactNode;
  readonly icon?: ReactNode;
  /** Above the words: what the choice looks like. */
  readonly picture?: ReactNode;
  readonly isDisabled?: boolean;
}

export interface RadioCardsProps<Value extends string = string>
  extends FieldProps, Omit<RadioGroupProps, 'className' | 'children' | 'style' | 'isInvalid' | 'value' | 'defaultValue' | 'onChange'> {
  readonly options: readonly RadioCard<Value>[];
  readonly value: Value | undefined;
  readonly onChange: (value: Value) => void;
  /** Beside each other as far as there is room, or one below the other. */
  readonly layout?: 'grid' | 'list';
}

export function RadioCards<Value extends string>(props: RadioCardsProps<Value>) {
  const { label, hideLabel = false, hint, error, className, options, value, onChange, layout = 'grid', ...rest } = props;
  return (
    <RadioGroup
      {...rest}
      value={value ?? null}
      onChange={(chosen) => {
        const option = options.find((candidate) => candidate.value === chosen);
        if (option) onChange(option.value);
      }}
      orientation={layout === 'grid' ? 'horizontal' : 'vertical'}
      isInvalid={error !== undefined}
      validationBehavior="aria"
      aria-label={hideLabel ? label : rest['aria-label']}
      className={classNames(fieldStyles.field, className)}
    >
      {!hideLabel && <Label className={fieldStyles.label}>{label}</Label>}
      <div className={styles[layout]}>
        {options.map((option) => (
          <Radio key={option.value} value={option.value} isDisabled={option.isDisabled} className={styles.card}>
            {option.picture !== undefined && (
              <span className={styles.picture} aria-hidden>
                {option.picture}
              </span>
            )}
            <span className={styles.row}>
              {option.icon !== undefined && (
                <span className={styles.icon} aria-hidden>
                  {option.icon}
                </span>
              )}
              <span className={styles.words}>
                <span className={styles.label}>{option.label}</span>
                {option.hint !== undefined && <span className={styles.hint}>{option.hint}</span>}
              </span>
              <span className={styles.dot} aria-hidden />
            </span>
          </Radio>
        ))}
      </div>
      <FieldFoot hint={hint} error={error} />
    </RadioGroup>
  );
}
