import { Input, Select, Stack, Text } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { $api } from '#api/client';
import { useApps } from '#api/directory';
import { createServer as texts } from '#texts/servers';
import { ActionPicker } from '../apps/actionPicker';
import { TextLink } from '../links';
import { Loaded } from '../states';
import type { FromProps } from './createServer';
import { FormFoot } from './formFoot';
import { NameFields, useNames } from './nameFields';

const NONE: ReadonlySet<string> = new Set();

export function FromApp({ onCancel, onMade }: FromProps) {
  const names = useNames('');
  const apps = useApps();
  const [app, setApp] = useState<string | null>(null);
  const [chosen, setChosen] = useState(NONE);
  const made = $api.useMutation('post', '/api/v1/servers', { meta: { shown: true }, onSuccess: onMade });
  const ready = names.valid && app !== null && chosen.size > 0;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) made.mutate({ body: { ...names.names, tools: [{ app, actions: [...chosen] }] } });
  };
  const choose = (id: string | null) => {
    setApp(id);
    setChosen(NONE);
    const title = apps.data?.find((each) => each.id === id)?.title;
    if (title && names.typed.name === '') names.setName(title);
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Loaded query={apps}>
          {(all) =>
            all.length === 0 ? (
              <Text size="sm">
                {texts.noApps}{' '}
                <TextLink to="/apps/new" inherit>
                  {texts.addApp}
                </TextLink>
              </Text>
            ) : (
              <Select
                label={texts.app}
                placeholder={texts.appPlaceholder}
                searchable
                data-autofocus
                required
                value={app}
                onChange={choose}
                data={all.map(({ id, title }) => ({ value: id, label: title }))}
              />
            )
          }
        </Loaded>
        <NameFields value={names} error={made.error} first={false} />
        {app && (
          <Input.Wrapper label={texts.operations} labelElement="div" required>
            <ActionPicker app={app} selected={chosen} onChange={setChosen} maxHeight="36vh" />
          </Input.Wrapper>
        )}
        <FormFoot
          mutation={made}
          fields={['name', 'slug']}
          submit={texts.submit}
          disabled={!ready}
          onCancel={onCancel}
        />
      </Stack>
    </form>
  );
}
