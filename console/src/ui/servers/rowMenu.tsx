import { ActionIcon, Menu } from '@mantine/core';
import {
  IconAffiliate,
  IconCopyPlus,
  IconDots,
  IconListDetails,
  IconPencil,
  IconPlayerPlay,
  IconPlugConnected,
  IconShieldCheck,
  IconTrash,
} from '@tabler/icons-react';
import type { Schema } from '#api/client';
import { useMay } from '#api/session';
import { common } from '#texts/common';
import { servers } from '#texts/servers';
import { MenuLink } from '../links';
import type { Act } from './listSearch';

const texts = servers.menu;

interface RowMenuProps {
  server: Schema<'Server'>;
  onAct: (act: Act) => void;
}

/** What can be done with one server of the list. */
export function RowMenu({ server, onAct }: RowMenuProps) {
  const may = useMay();
  const params = { server: server.id };
  const write = may('servers:write');
  const lacking = write ? undefined : common.needs('servers:write');
  return (
    <Menu position="bottom-end" width={210}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={texts.label(server.name)}>
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <MenuLink to="/servers/$server/tools" params={params} leftSection={<IconPencil size={16} />}>
          {texts.edit}
        </MenuLink>
        <MenuLink to="/servers/$server/test" params={params} leftSection={<IconPlayerPlay size={16} />}>
          {texts.test}
        </MenuLink>
        <MenuLink to="/servers/$server/connect" params={params} leftSection={<IconPlugConnected size={16} />}>
          {texts.connect}
        </MenuLink>
        <Menu.Divider />
        <MenuLink to="/servers/$server/requests" params={params} leftSection={<IconListDetails size={16} />}>
          {texts.requests}
        </MenuLink>
        <MenuLink to="/servers/$server/audit" params={params} leftSection={<IconShieldCheck size={16} />}>
          {texts.audit}
        </MenuLink>
        <Menu.Item leftSection={<IconAffiliate size={16} />} onClick={() => onAct('uses')}>
          {texts.uses}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconCopyPlus size={16} />}
          disabled={!write}
          title={lacking}
          onClick={() => onAct('clone')}
        >
          {texts.clone}
        </Menu.Item>
        <Menu.Item
          color="red"
          leftSection={<IconTrash size={16} />}
          disabled={!write}
          title={lacking}
          onClick={() => onAct('delete')}
        >
          {texts.delete}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
