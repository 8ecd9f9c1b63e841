import { Button, Checkbox, Modal, SegmentedControl, Stack, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { $api, ifMatch, type Schema } from '#api/client';
import { fieldError } from '#api/fieldError';
import { issuers, signing } from '#texts/account';
import { common } from '#texts/common';
import { Answers } from '../answers';
import { ProblemNote } from '../states';
import { readKeySet } from './keySet';

type Issuer = Schema<'Issuer'>;

interface IssuerDialogProps {
  /** The issuer to change, or `new`. */
  issuer: Issuer | 'new' | undefined;
  onClose: () => void;
}

export function IssuerDialog({ issuer, onClose }: IssuerDialogProps) {
  return (
    <Modal
      opened={issuer !== undefined}
      onClose={onClose}
      title={
        issuer === undefined || issuer === 'new' ? issuers.createTitle : issuers.editTitle(issuer.issuer)
      }
      closeButtonProps={{ 'aria-label': common.close }}
    >
      {issuer && <Form issuer={issuer === 'new' ? undefined : issuer} onClose={onClose} />}
    </Modal>
  );
}

function Form({ issuer, onClose }: { issuer: Issuer | undefined; onClose: () => void }) {
  const [name, setName] = useState(issuer?.issuer ?? '');
  const [audience, setAudience] = useState(issuer?.audience ?? '');
  const [by, setBy] = useState<'url' | 'inline'>(issuer?.jwks ? 'inline' : 'url');
  const [url, setUrl] = useState(issuer?.jwks_url ?? '');
  const [keys, setKeys] = useState(issuer?.jwks ? JSON.stringify(issuer.jwks, undefined, 2) : '');
  const [inUrl, setInUrl] = useState(issuer?.allow_in_url ?? false);
  const done = { meta: { shown: true }, onSuccess: onClose };
  const created = $api.useMutation('post', '/api/v1/issuers', done);
  const changed = $api.useMutation('patch', '/api/v1/issuers/{issuer}', done);
  const { error, isPending } = issuer ? changed : created;
  const keySet = readKeySet(keys);
  const wrong = by === 'inline' && keySet === undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (wrong) return;
    const settings = {
      jwks_url: by === 'url' ? url.trim() : null,
      jwks: by === 'inline' ? keySet : null,
      allow_in_url: inUrl,
    };
    if (issuer) {
      const params = { path: { issuer: issuer.id }, header: ifMatch(issuer.revision) };
      changed.mutate({ params, body: settings });
    } else {
      created.mutate({ body: { ...settings, issuer: name.trim(), audience: audience.trim() } });
    }
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          required
          type="url"
          maxLength={500}
          disabled={issuer !== undefined}
          label={issuers.issuer}
          value={name}
          error={fieldError(error, 'issuer')}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          required
          maxLength={500}
          disabled={issuer !== undefined}
          label={issuers.audience}
          value={audience}
          error={fieldError(error, 'audience')}
          onChange={(event) => setAudience(event.currentTarget.value)}
        />
        <SegmentedControl
          aria-label={issuers.keys}
          value={by}
          onChange={setBy}
          data={[
            { value: 'url' as const, label: issuers.keysBy.url },
            { value: 'inline' as const, label: issuers.keysBy.inline },
          ]}
        />
        {by === 'url' ? (
          <TextInput
            required
            type="url"
            maxLength={500}
            label={issuers.jwksUrl}
            value={url}
            error={fieldError(error, 'jwks_url')}
            onChange={(event) => setUrl(event.currentTarget.value)}
          />
        ) : (
          <Textarea
            required
            autosize
            minRows={4}
            maxRows={12}
            label={issuers.jwks}
            value={keys}
            error={keys !== '' && wrong ? issuers.jwksWrong : fieldError(error, 'jwks')}
            onChange={(event) => setKeys(event.currentTarget.value)}
          />
        )}
        <Checkbox
          label={signing.allowInUrl}
          description={signing.allowInUrlHint}
          checked={inUrl}
          onChange={(event) => setInUrl(event.currentTarget.checked)}
        />
        {error && <ProblemNote error={error} />}
        <Answers onCancel={onClose}>
          <Button type="submit" loading={isPending}>
            {common.save}
          </Button>
        </Answers>
      </Stack>
    </form>
  );
}
