import {
  Anchor,
  type AnchorProps,
  Button,
  type ButtonProps,
  MenuItem,
  type MenuItemProps,
} from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { AnchorHTMLAttributes } from 'react';

type OfAnchor<Props> = Props & Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof Props>;

// The library's own `component={Link}` loses the types of a link's place and its parameters.

/** A link in a text, to a place of the console. */
export const TextLink = createLink((props: OfAnchor<AnchorProps>) => <Anchor {...props} />);

/** A link that looks like a button. */
export const ButtonLink = createLink((props: OfAnchor<ButtonProps>) => <Button component="a" {...props} />);

/** A link in a menu. */
export const MenuLink = createLink((props: OfAnchor<MenuItemProps>) => <MenuItem component="a" {...props} />);
