import { Code, Group, List, NumberInput, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Schema } from '#api/client';
import { useSession } from '#api/session';
import { serverSettings as all } from '#texts/serverSettings';
import { createServer } from '#texts/servers';
import { Confirm } from '../confirm';
import { When } from '../figures';
import { SettingsSection, useSection } from './settingsSection';
import { SLUG, serverUrl } from './slug';

const texts = all.address;

/** Where a server is reached. A change of its slug is asked for once more, with what it breaks. */
export function AddressForm({ server }: { server: Schema<'Server'> }) {
  const { account } = useSession();
  const section = useSection(server, ['slug', 'former_slug_days', 'host_names']);
  const [asking, setAsking] = useState(false);
  const { values, set, errorOf } = section;
  const slug = values.slug ?? '';
  const valid = SLUG.test(slug);
  const days = values.former_slug_days ?? 0;
  const save = () => (slug === server.slug ? section.save() : setAsking(true));
  const { change } = texts;
  return (
    <>
      <SettingsSection title={texts.title} holds={all.atOnce} section={section} onSave={save} valid={valid}>
        <TextInput
          label={texts.slug}
          description={texts.slugHint}
          required
          maxLength={128}
          value={slug}
          onChange={(event) => set({ slug: event.currentTarget.value })}
          error={valid ? errorOf('slug') : createServer.slugWrong}
          classNames={{ input: 'mono' }}
        />
        <Text size="xs" c="dimmed" component="div">
          {createServer.url} <Code>{serverUrl(account.alias, slug)}</Code>
        </Text>
        <NumberInput
          label={texts.formerDays}
          description={texts.formerDaysHint}
          maw={420}
          min={0}
          max={365}
          allowDecimal={false}
          value={days}
          onChange={(next) => set({ former_slug_days: typeof next === 'number' ? next : 0 })}
          error={errorOf('former_slug_days')}
        />
        <TagsInput
          label={texts.hostNames}
          description={texts.hostNamesHint}
          placeholder={texts.hostNamesPlaceholder}
          value={values.host_names ?? []}
          onChange={(names) => set({ host_names: names })}
          error={errorOf('host_names')}
          classNames={{ input: 'mono' }}
        />
        {server.former_slugs.length > 0 && <FormerSlugs server={server} alias={account.alias} />}
      </SettingsSection>
      <Confirm
        opened={asking}
        onClose={() => setAsking(false)}
        title={change.title(slug)}
        act={change.act}
        pending={section.pending}
        error={undefined}
        onConfirm={() => {
          setAsking(false);
          section.save();
        }}
      >
        <Stack gap="xs">
          <span className="wrap">
            {change.text(serverUrl(account.alias, server.slug), serverUrl(account.alias, slug))}
          </span>
          <span>{days > 0 ? change.grace(days) : change.noGrace}</span>
        </Stack>
      </Confirm>
    </>
  );
}

function FormerSlugs({ server, alias }: { server: Schema<'Server'>; alias: string }) {
  return (
    <div>
      <Text size="sm" fw={500}>
        {texts.former}
      </Text>
      <List size="sm" mt={4}>
        {server.former_slugs.map((former) => (
          <List.Item key={former.slug}>
            <Group gap={6}>
              <Code>{serverUrl(alias, former.slug)}</Code>
              <Text span size="sm" c="dimmed">
                {texts.until} <When at={former.until} />
              </Text>
            </Group>
          </List.Item>
        ))}
      </List>
    </div>
  );
}
