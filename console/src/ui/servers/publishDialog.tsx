import { Alert, Button, Checkbox, Modal, Stack, Text, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { $api, type Schema } from '#api/client';
import { useMay } from '#api/session';
import { common } from '#texts/common';
import { publishing as texts } from '#texts/server';
import { Answers } from '../answers';
import { Loaded, ProblemNote } from '../states';
import { toast, toastWarnings } from '../toasts';
import { DiffView, publishable } from './diffView';

interface PublishDialogProps {
  server: Schema<'Server'>;
  onClose: () => void;
}

/** Shows what publishing changes, and publishes just that. */
export default function PublishDialog({ server, onClose }: PublishDialogProps) {
  const diff = $api.useQuery('get', '/api/v1/servers/{server}/diff', {
    params: { path: { server: server.id } },
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={texts.title(server.name)}
      size="xl"
      closeButtonProps={{ 'aria-label': common.close }}
    >
      <Loaded query={diff}>{(data) => <Publish server={server} diff={data} onClose={onClose} />}</Loaded>
    </Modal>
  );
}

function Publish({ server, diff, onClose }: PublishDialogProps & { diff: Schema<'ServerDiff'> }) {
  const may = useMay();
  const [note, setNote] = useState('');
  const [turnOn, setTurnOn] = useState(true);
  const enable = $api.useMutation('patch', '/api/v1/servers/{server}');
  const publish = $api.useMutation('post', '/api/v1/servers/{server}/publish', {
    meta: { shown: true },
    onSuccess: (version) => {
      toast(texts.published(version.version));
      toastWarnings(version.warnings);
      if (offersOn && turnOn) {
        // Publishing has made another revision; nothing that was read is overwritten by turning it on.
        const params = { path: { server: server.id }, header: { 'If-Match': '*' } };
        enable.mutate({ params, body: { enabled: true } });
      }
      onClose();
    },
  });
  const offersOn = !server.enabled && may('servers:write');
  const next = (server.published?.version ?? 0) + 1;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const params = { path: { server: server.id } };
    publish.mutate({ params, body: { note: note.trim() || undefined, revision: diff.revision } });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {diff.unchanged ? (
          <Alert color="gray">{texts.unchanged}</Alert>
        ) : (
          <Text size="sm">
            {server.enabled ? texts.asVersion(next) : texts.whileOff(next)}
            {next === 1 && ` ${texts.first}`}
          </Text>
        )}
        <DiffView server={server.id} diff={diff} />
        <Textarea
          label={texts.note}
          description={texts.noteHint}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
          maxLength={1000}
          autosize
          minRows={2}
          maxRows={6}
        />
        {offersOn && (
          <Checkbox
            label={texts.turnOn}
            checked={turnOn}
            onChange={(event) => setTurnOn(event.currentTarget.checked)}
          />
        )}
        {publish.error && <ProblemNote error={publish.error} />}
        <Answers onCancel={onClose}>
          <Button type="submit" loading={publish.isPending} disabled={!publishable(diff)}>
            {texts.submit}
          </Button>
        </Answers>
      </Stack>
    </form>
  );
}
