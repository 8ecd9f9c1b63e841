import {
  ActionIcon,
  Avatar,
  Menu,
  SegmentedControl,
  Stack,
  Text,
  useMantineColorScheme,
} from '@mantine/core';
import { IconKey, IconLogout } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { client } from '#api/client';
import { useSession } from '#api/session';
import { common } from '#texts/common';
import { navigation } from '#texts/navigation';
import { toastProblem } from '../toasts';

export function UserMenu() {
  const { user } = useSession();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const name = user?.name || user?.email || common.product;
  const signOut = () =>
    client
      .DELETE('/api/v1/session')
      .then(() => {
        // Nothing of what one user saw is there for the next.
        queries.clear();
        return navigate({ to: '/sign-in' });
      })
      .catch(toastProblem);
  return (
    <Menu position="bottom-end" width={250}>
      <Menu.Target>
        <ActionIcon variant="subtle" size="lg" radius="xl" aria-label={common.signedInAs(name)}>
          <Avatar name={name} color="gray" size={30} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text fw={600} size="sm" className="ellipsis">
            {name}
          </Text>
          {user && `${user.email} · ${user.role}`}
        </Menu.Label>
        <Menu.Item component={Link} to="/me" leftSection={<IconKey size={16} />}>
          {navigation.me}
        </Menu.Item>
        <Menu.Divider />
        <Stack gap={4} px="sm" py={4}>
          <Text size="xs" c="dimmed" id="color-scheme">
            {common.colorScheme}
          </Text>
          <SegmentedControl
            size="xs"
            aria-labelledby="color-scheme"
            value={colorScheme}
            onChange={(value) => setColorScheme(value as typeof colorScheme)}
            data={[
              { value: 'light', label: common.light },
              { value: 'dark', label: common.dark },
              { value: 'auto', label: common.system },
            ]}
          />
        </Stack>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={signOut}>
          {common.signOut}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
