// Owns the button of the console. One that cannot be pressed now stays in reach of the keyboard and says why.

import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import { Icon, type IconName } from './Icon.tsx';
import { Tooltip } from './Tooltip.tsx';

export type ButtonKind = 'plain' | 'primary' | 'danger' | 'quiet';

export interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'disabled'> {
  readonly kind?: ButtonKind;
  readonly size?: 'small' | 'normal';
  readonly icon?: IconName;
  /** Why it cannot be pressed now, in words; undefined when it can. */
  readonly unavailable?: string | undefined;
  /** What it does, where the label is short; shown on hover and focus. */
  readonly tip?: ReactNode;
  /** Name of a button that shows only its picture. */
  readonly name?: string;
  readonly children?: ReactNode;
  readonly ref?: Ref<HTMLButtonElement>;
}

export function Button(props: ButtonProps) {
  const {
    kind = 'plain',
    size = 'normal',
    icon,
    unavailable,
    tip,
    name,
    children,
    className,
    onClick,
    ...rest
  } = props;
  const classes = [
    'button',
    kind === 'plain' ? '' : `button-${kind}`,
    size === 'small' ? 'button-small' : '',
    children === undefined ? 'button-icon' : '',
    className ?? '',
  ];
  const made = (
    <button
      type="button"
      {...rest}
      className={classes.filter((one) => one !== '').join(' ')}
      aria-label={name}
      aria-disabled={unavailable === undefined ? undefined : true}
      onClick={(event) => {
        if (unavailable === undefined) onClick?.(event);
        else event.preventDefault();
      }}
    >
      {icon === undefined ? null : <Icon name={icon} />}
      {children}
    </button>
  );
  const words = unavailable ?? tip ?? (children === undefined ? name : undefined);
  return words === undefined ? made : <Tooltip words={words}>{made}</Tooltip>;
}
