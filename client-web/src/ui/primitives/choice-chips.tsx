import { Check } from 'lucide-react';
import type { ReactNode } from 'react';
import { Checkbox, CheckboxGroup, Label } from 'react-aria-components';
import { classNames } from '../class-names.ts';
import styles from './choice-chips.module.css';
import fieldStyles from './field.module.css';
import { FieldFoot, type FieldProps } from './text-field.tsx';

export interface ChoiceChip<Value extends string = string> {
  readonly value: Value;
  readonly label: string;
  /** A tick takes its place when the chip is chosen. */
  readonly icon: ReactNode;
}

export interface ChoiceChipsProps<Value extends string = string> extends FieldProps {
  readonly options: readonly ChoiceChip<Value>[];
  readonly values: readonly Value[];
  readonly onChange: (values: readonly Value[]) => void;
}

/** Some of a few. */
export function ChoiceChips<Value extends string>(props: ChoiceChipsProps<Value>) {
  const { label, hideLabel = false, hint, error, className, options, values, onChange } = props;
  return (
    <CheckboxGroup
      value={[...values]}
      onChange={(chosen) => onChange(options.map(({ value }) => value).filter((value) => chosen.includes(value)))}
      isInvalid={error !== undefined}
      validationBehavior="aria"
      aria-label={hideLabel ? label : undefined}
      className={classNames(fieldStyles.field, className)}
    >
      {!hideLabel && <Label className={fieldStyles.label}>{label}</Label>}
      <div className={styles.chips}>
        {options.map((option) => (
          <Checkbox key={option.value} value={option.value} className={styles.chip}>
            {({ isSelected }) => (
              <>
                <span className={styles.icon} aria-hidden>
                  {isSelected ? <Check /> : option.icon}
                </span>
                <bdi className={styles.label}>{option.label}</bdi>
              </>
            )}
          </Checkbox>
        ))}
      </div>
      <FieldFoot hint={hint} error={error} />
    </CheckboxGroup>
  );
}
