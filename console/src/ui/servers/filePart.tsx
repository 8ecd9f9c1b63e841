import { Button, Group, Modal, Paper, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDownload, IconUpload } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { $api, type Schema } from '#api/client';
import { useMay } from '#api/session';
import { common } from '#texts/common';
import { serverSettings } from '#texts/serverSettings';
import { toast } from '../toasts';
import { FormFoot } from './formFoot';
import { DocumentField } from './fromFile';

const texts = serverSettings.file;

/** A server as a file: out, and into its draft. */
export function FilePart({ server }: { server: Schema<'Server'> }) {
  const may = useMay();
  const [opened, { open, close }] = useDisclosure();
  const lacking = may('servers:write') ? undefined : common.needs('servers:write');
  return (
    <Paper withBorder p="lg" component="section" aria-label={texts.title}>
      <Stack gap="sm">
        <Title order={2} size="h5">
          {texts.title}
        </Title>
        <Text size="sm" c="dimmed">
          {texts.hint}
        </Text>
        <Group gap="sm">
          <Button
            component="a"
            href={`/api/v1/servers/${server.id}/export`}
            download={`${server.slug}.yaml`}
            variant="default"
            leftSection={<IconDownload size={16} />}
          >
            {texts.export}
          </Button>
          <Button
            variant="default"
            leftSection={<IconUpload size={16} />}
            disabled={lacking !== undefined}
            title={lacking}
            onClick={open}
          >
            {texts.import}
          </Button>
        </Group>
      </Stack>
      <Modal
        opened={opened}
        onClose={close}
        title={texts.importTitle}
        size="lg"
        closeButtonProps={{ 'aria-label': common.close }}
      >
        <ImportForm server={server} onClose={close} />
      </Modal>
    </Paper>
  );
}

function ImportForm({ server, onClose }: { server: Schema<'Server'>; onClose: () => void }) {
  const [document, setDocument] = useState('');
  const imported = $api.useMutation('post', '/api/v1/servers/{server}/import', {
    meta: { shown: true },
    onSuccess: () => {
      toast(texts.imported);
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (document.trim() === '') return;
    const params = { path: { server: server.id } };
    imported.mutate({ params, body: { document, revision: server.revision } });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text size="sm">{texts.importText}</Text>
        <DocumentField value={document} onChange={setDocument} />
        <FormFoot
          mutation={imported}
          submit={texts.submit}
          disabled={document.trim() === ''}
          onCancel={onClose}
        />
      </Stack>
    </form>
  );
}
