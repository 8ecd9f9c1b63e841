/** What editors of JSON and of schemas say. */
export const editors = {
  json: 'JSON',
  copyJson: 'Copy the JSON',
  invalidJson: (reason: string) => `This is no JSON: ${reason}`,
  noForm: {
    noObject: 'There is no form for this schema, since it is not one of an object. Write its JSON.',
    tooLarge: (fields: number) =>
      `There is no form for this schema, since it has more than ${fields} fields. Write its JSON.`,
    failed: 'There is no form for this schema, since it could not be drawn. Write its JSON.',
  },
  required: 'It is required.',
  noFields: 'It takes no arguments.',
  expectsObject: 'An object is expected: { … }',
  pieceAsJson: 'As JSON, since its schema says too little, or too much, for a field.',
} as const;
