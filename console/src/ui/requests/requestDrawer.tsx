import { Drawer, Tabs, Text } from '@mantine/core';
import { $api } from '#api/client';
import { common } from '#texts/common';
import { request as texts } from '#texts/requests';
import { Loaded } from '../states';
import { CallPart } from './callPart';
import { CurlPart } from './curlPart';
import { ReplayPart } from './replayPart';
import { PARTS, type Part } from './requestSearch';

interface RequestDrawerProps {
  request: string | undefined;
  part: Part;
  onPart: (part: Part) => void;
  onClose: () => void;
}

/** One request in full: what came of it, as curl commands, and what it would be today. */
export function RequestDrawer({ request, part, onPart, onClose }: RequestDrawerProps) {
  const query = $api.useQuery(
    'get',
    '/api/v1/requests/{request}',
    { params: { path: { request: request ?? '' } } },
    { enabled: request !== undefined, staleTime: 'static' },
  );
  const what = query.data ? (query.data.tool ?? query.data.method) : '';
  return (
    <Drawer
      opened={request !== undefined}
      onClose={onClose}
      position="right"
      size="xl"
      title={<Text fw={650}>{texts.title(what)}</Text>}
      closeButtonProps={{ 'aria-label': common.close }}
    >
      <Loaded query={query}>
        {(row) => (
          <Tabs
            value={part}
            onChange={(chosen) => onPart(PARTS.find((name) => name === chosen) ?? 'call')}
            keepMounted={false}
          >
            <Tabs.List mb="md">
              {PARTS.map((name) => (
                <Tabs.Tab key={name} value={name}>
                  {texts.parts[name]}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            <Tabs.Panel value="call">
              <CallPart row={row} />
            </Tabs.Panel>
            <Tabs.Panel value="curl">
              <CurlPart row={row} />
            </Tabs.Panel>
            <Tabs.Panel value="replay">
              <ReplayPart row={row} />
            </Tabs.Panel>
          </Tabs>
        )}
      </Loaded>
    </Drawer>
  );
}
