import { Autocomplete, Fieldset, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { $api, type Schema } from '#api/client';
import { useApps } from '#api/directory';
import { resources as texts } from '#texts/prompts';
import { isSafe } from '../apps/filterActions';
import { useActions } from '../apps/useActions';
import { isObject, type JsonSchema } from '../schemaForm/schema';
import { variablesOf } from './content';

type Template = Schema<'ResourceTemplateSettings'>;

interface TemplateFieldsProps {
  draft: Template;
  onChange: (changes: Partial<Template>) => void;
  problemAt: (field: string) => string | undefined;
  readOnly: boolean;
}

/** The family's URIs, the action that reads them, and which variable is which of its arguments. */
export function TemplateFields(props: TemplateFieldsProps) {
  const { draft, onChange, problemAt, readOnly } = props;
  const apps = useApps();
  return (
    <>
      <TextInput
        label={texts.uriTemplate}
        description={texts.uriTemplateHint}
        classNames={{ input: 'mono' }}
        required
        maxLength={2000}
        readOnly={readOnly}
        value={draft.uri_template}
        error={problemAt('uri_template')}
        onChange={(event) => onChange({ uri_template: event.currentTarget.value })}
      />
      <Select
        label={texts.app}
        required
        searchable
        allowDeselect={false}
        disabled={readOnly}
        data={(apps.data ?? []).map(({ id, title, key }) => ({ value: id, label: `${title} (${key})` }))}
        value={draft.app || null}
        error={problemAt('app')}
        onChange={(app) => app && onChange({ app, action: '' })}
      />
      {draft.app && <Action key={draft.app} {...props} />}
      {draft.app && draft.action && <Variables {...props} />}
    </>
  );
}

function Action({ draft, onChange, problemAt, readOnly }: TemplateFieldsProps) {
  const { actions } = useActions(draft.app);
  const reading = actions.filter(({ method }) => isSafe(method));
  return (
    <Select
      label={texts.action}
      description={texts.actionHint}
      required
      searchable
      limit={100}
      allowDeselect={false}
      disabled={readOnly}
      classNames={{ input: 'mono' }}
      data={reading.map(({ name }) => name)}
      value={draft.action || null}
      error={problemAt('action')}
      onChange={(action) => action && onChange({ action })}
    />
  );
}

function Variables({ draft, onChange, problemAt, readOnly }: TemplateFieldsProps) {
  const params = { path: { app: draft.app, action: draft.action } };
  const action = $api.useQuery('get', '/api/v1/apps/{app}/actions/{action}', { params });
  const schema: JsonSchema | undefined = action.data?.input_schema;
  const names = schema && isObject(schema.properties) ? Object.keys(schema.properties) : [];
  const variables = variablesOf(draft.uri_template);
  const set = (variable: string, argument: string) => {
    const { [variable]: _, ...rest } = draft.arguments ?? {};
    const next = argument === '' ? rest : { ...rest, [variable]: argument };
    onChange({ arguments: Object.keys(next).length > 0 ? next : undefined });
  };
  return (
    <Fieldset legend={texts.variables}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {variables.length === 0 ? texts.noVariables : texts.variablesHint}
        </Text>
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          {variables.map((variable) => (
            <Autocomplete
              key={variable}
              label={variable}
              placeholder={variable}
              classNames={{ input: 'mono' }}
              data={names}
              readOnly={readOnly}
              value={draft.arguments?.[variable] ?? ''}
              error={problemAt(`arguments.${variable}`)}
              onChange={(argument) => set(variable, argument)}
            />
          ))}
        </SimpleGrid>
      </Stack>
    </Fieldset>
  );
}
