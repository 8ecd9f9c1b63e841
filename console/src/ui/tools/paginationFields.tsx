import { Autocomplete, NumberInput, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import type { Schema } from '#api/client';
import { toolPanel } from '#texts/tools';
import { isObject } from '../schemaForm/schema';
import type { PartProps } from './toolDrawer';

type Pagination = Schema<'Pagination'>;

const texts = toolPanel.pagination;
const STYLES = ['page', 'offset', 'cursor', 'link', 'next_url'] as const;

/** How the pages of an API are walked; only what the style needs is asked for. */
export function PaginationFields({ action, draft, onSettings, problemAt, readOnly }: PartProps) {
  const pagination = draft.settings.pagination ?? undefined;
  const names = isObject(action.input_schema.properties) ? Object.keys(action.input_schema.properties) : [];
  const set = (changes: Partial<Pagination>) => {
    if (!pagination) return;
    const next = Object.entries({ ...pagination, ...changes }).filter(
      ([, value]) => value !== '' && value != null,
    );
    onSettings({ pagination: { ...Object.fromEntries(next), style: changes.style ?? pagination.style } });
  };
  const chosen = (value: string | null) => {
    const style = STYLES.find((known) => known === value);
    // Another style has other members.
    onSettings({ pagination: style ? { style, ...kept(pagination) } : null });
  };
  const at = (member: keyof Pagination) => problemAt(`pagination.${member}`);
  const text = (name: 'parameter' | 'size_parameter' | 'items' | 'cursor') => ({
    label: texts[name],
    classNames: { input: 'mono' },
    readOnly,
    value: pagination?.[name] ?? '',
    error: at(name),
  });
  const number = (name: 'first' | 'size' | 'max_pages' | 'max_items') => ({
    label: texts[name],
    readOnly,
    allowDecimal: false,
    min: name === 'first' ? 0 : 1,
    clampBehavior: 'none' as const,
    value: pagination?.[name] ?? '',
    error: at(name),
    onChange: (value: string | number) => set({ [name]: value === '' ? undefined : Number(value) }),
  });
  const style = pagination?.style;
  const byArgument = style === 'page' || style === 'offset' || style === 'cursor';
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {action.safe ? texts.text : toolPanel.result.safeOnly}
      </Text>
      <Select
        label={texts.walk}
        placeholder={texts.none}
        clearable
        disabled={!action.safe || readOnly}
        data={STYLES.map((value) => ({ value, label: texts.styles[value] }))}
        value={style ?? null}
        error={at('style')}
        onChange={chosen}
      />
      {style && (
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          {byArgument && (
            <Autocomplete {...text('parameter')} data={names} onChange={(parameter) => set({ parameter })} />
          )}
          {(style === 'page' || style === 'offset') && <NumberInput {...number('first')} />}
          {(style === 'cursor' || style === 'next_url') && (
            <TextInput {...text('cursor')} onChange={(event) => set({ cursor: event.currentTarget.value })} />
          )}
          <TextInput
            {...text('items')}
            description={texts.itemsHint}
            onChange={(event) => set({ items: event.currentTarget.value })}
          />
          <Autocomplete
            {...text('size_parameter')}
            data={names}
            onChange={(size_parameter) => set({ size_parameter })}
          />
          <NumberInput {...number('size')} />
          <NumberInput {...number('max_pages')} placeholder="10" />
          <NumberInput {...number('max_items')} placeholder="1000" />
        </SimpleGrid>
      )}
    </Stack>
  );
}

function kept(pagination: Pagination | undefined): Partial<Pagination> {
  if (!pagination) return {};
  const { items, size_parameter, size, max_pages, max_items } = pagination;
  return { items, size_parameter, size, max_pages, max_items };
}
