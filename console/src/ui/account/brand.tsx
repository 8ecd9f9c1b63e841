import { Button, Group, Paper, SimpleGrid, Stack, Text, TextInput, Title } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { $api, ifMatch, type Schema } from '#api/client';
import { fieldError } from '#api/fieldError';
import { useMay } from '#api/session';
import { account as texts } from '#texts/account';
import { common } from '#texts/common';
import { ProblemNote } from '../states';
import { toast } from '../toasts';
import { inkOn } from './ink';

const COLOR = /^#[0-9A-Fa-f]{6}$/;
/** What the page has where no color is chosen. */
const OWN_COLOR = '#0b7285';

/** How the page looks on which customers connect their apps. */
export function Brand({ account }: { account: Schema<'OwnAccount'> }) {
  const may = useMay();
  const [name, setName] = useState(account.brand?.name ?? '');
  const [color, setColor] = useState(account.brand?.color ?? '');
  const [logo, setLogo] = useState(account.brand?.logo_url ?? '');
  const changed = $api.useMutation('patch', '/api/v1/account', {
    meta: { shown: true },
    onSuccess: () => toast(texts.saved),
  });
  const wrong = color !== '' && !COLOR.test(color);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (wrong) return;
    changed.mutate({
      params: { header: ifMatch(account.revision) },
      body: {
        brand: { name: name.trim() || null, color: color || null, logo_url: logo.trim() || null },
      },
    });
  };
  const allowed = may('account:write');
  const reason = allowed ? undefined : common.needs('account:write');
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }}>
      <Paper component="form" withBorder p="md" radius="md" onSubmit={submit}>
        <Stack>
          <Text size="sm" c="dimmed">
            {texts.brandText}
          </Text>
          <TextInput
            maxLength={60}
            disabled={!allowed}
            label={texts.brandName}
            description={texts.brandNameHint}
            value={name}
            error={fieldError(changed.error, 'brand.name')}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <TextInput
            maxLength={7}
            disabled={!allowed}
            label={texts.brandColor}
            description={texts.brandColorHint}
            value={color}
            error={wrong ? texts.brandColorWrong : fieldError(changed.error, 'brand.color')}
            onChange={(event) => setColor(event.currentTarget.value)}
            rightSection={
              // The browser's own picker: the library's has sliders without names.
              <input
                type="color"
                aria-label={texts.brandPicker}
                disabled={!allowed}
                value={COLOR.test(color) ? color : OWN_COLOR}
                onChange={(event) => setColor(event.currentTarget.value)}
                style={{ width: 24, height: 24, padding: 0, border: 'none', background: 'none' }}
              />
            }
          />
          <TextInput
            type="url"
            maxLength={2000}
            disabled={!allowed}
            label={texts.brandLogo}
            value={logo}
            error={fieldError(changed.error, 'brand.logo_url')}
            onChange={(event) => setLogo(event.currentTarget.value)}
          />
          {changed.error && <ProblemNote error={changed.error} />}
          <Group justify="flex-end">
            <Button type="submit" disabled={!allowed} title={reason} loading={changed.isPending}>
              {common.save}
            </Button>
          </Group>
        </Stack>
      </Paper>
      <Preview
        name={name.trim() || account.name || account.alias}
        color={wrong || color === '' ? OWN_COLOR : color}
        hasLogo={logo.trim() !== ''}
      />
    </SimpleGrid>
  );
}

function Preview({ name, color, hasLogo }: { name: string; color: string; hasLogo: boolean }) {
  return (
    <Paper withBorder p="md" radius="md">
      <Stack>
        <Title order={2} size="h5">
          {texts.preview}
        </Title>
        <Paper withBorder p="lg" radius="lg" shadow="sm">
          <Stack>
            <Text fw={700}>{name}</Text>
            <Text>{texts.previewHeading(name)}</Text>
            <Group justify="space-between">
              <Text>{texts.previewApp}</Text>
              <Text
                px="md"
                py={6}
                fw={600}
                style={{ background: color, color: inkOn(color), borderRadius: 8 }}
              >
                {texts.previewAct}
              </Text>
            </Group>
          </Stack>
        </Paper>
        {hasLogo && (
          <Text size="xs" c="dimmed">
            {texts.previewLogo}
          </Text>
        )}
      </Stack>
    </Paper>
  );
}
