import { Check, ChevronsUpDown } from 'lucide-react';
import type { ReactNode } from 'react';
import {
  Button,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Select as AriaSelect,
  SelectValue,
  Text,
  type SelectProps as AriaSelectProps,
} from 'react-aria-components';
import { classNames } from '../class-names.ts';
import fieldStyles from './field.module.css';
import popoverStyles from './popover.module.css';
import styles from './select.module.css';
import { FieldFoot, type FieldProps } from './text-field.tsx';

export interface SelectOption<Value extends string = string> {
  readonly value: Value;
  readonly label: string;
  readonly hint?: string;
  readonly icon?: ReactNode;
  readonly isDisabled?: boolean;
}

export interface SelectProps<Value extends string = string>
  extends
    FieldProps,
    Omit<AriaSelectProps<object, 'single'>, 'className' | 'children' | 'style' | 'isInvalid' | 'value' | 'defaultValue' | 'onChange'> {
  readonly options: readonly SelectOption<Value>[];
  readonly value: Value | undefined;
  readonly onChange: (value: Value) => void;
}

/** One of a few; for many, or for people, a picker with search is better. */
export function Select<Value extends string>(props: SelectProps<Value>) {
  const { label, hideLabel = false, hint, error, className, options, value, onChange, ...rest } = props;
  return (
    <AriaSelect
      {...rest}
      value={value ?? null}
      onChange={(key) => {
        const chosen = options.find((option) => option.value === key);
        if (chosen) onChange(chosen.value);
      }}
      isInvalid={error !== undefined}
      validationBehavior="aria"
      aria-label={hideLabel ? label : rest['aria-label']}
      className={classNames(fieldStyles.field, className)}
    >
      {!hideLabel && <Label className={fieldStyles.label}>{label}</Label>}
      <Button className={classNames(fieldStyles.box, styles.button)}>
        <SelectValue className={styles.value} />
        <ChevronsUpDown className={styles.chevron} aria-hidden />
      </Button>
      <FieldFoot hint={hint} error={error} />
      <Popover className={classNames(popoverStyles.popover, styles.popover)} offset={4} containerPadding={8}>
        <ListBox className={styles.list}>
          {options.map((option) => (
            <ListBoxItem key={option.value} id={option.value} textValue={option.label} isDisabled={option.isDisabled} className={styles.option}>
              {({ isSelected }) => (
                <>
                  {option.icon !== undefined && <span className={styles.icon}>{option.icon}</span>}
                  <span className={styles.words}>
                    <Text slot="label">{option.label}</Text>
                    {option.hint !== undefined && (
                      <Text slot="description" className={styles.hint}>
                        {option.hint}
                      </Text>
                    )}
                  </span>
                  <Check className={classNames(styles.check, isSelected && styles.checked)} aria-hidden />
                </>
              )}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}
