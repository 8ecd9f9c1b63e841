/** A text with places to be filled in, taken apart. */
export type Piece = { text: string } | { place: string };

/** Why a text is no template. */
export type Fault = { fault: 'open' } | { fault: 'name'; inside: string };

const NAME = /^[A-Za-z0-9_.-]{1,64}$/;

/** Takes a text apart as the server does: `{{name}}` is a place, `{{{{` two braces; there is no logic. */
export function parse(text: string): Piece[] | Fault {
  const pieces: Piece[] = [];
  let rest = text;
  for (let at = rest.indexOf('{{'); at !== -1; at = rest.indexOf('{{')) {
    pieces.push({ text: rest.slice(0, at) });
    rest = rest.slice(at + 2);
    if (rest.startsWith('{{')) {
      pieces.push({ text: '{{' });
      rest = rest.slice(2);
      continue;
    }
    const end = rest.indexOf('}}');
    if (end === -1) return { fault: 'open' };
    const name = rest.slice(0, end).trim();
    if (!NAME.test(name) || name === '__proto__')
      return { fault: 'name', inside: rest.slice(0, Math.min(end, 40)) };
    pieces.push({ place: name });
    rest = rest.slice(end + 2);
  }
  pieces.push({ text: rest });
  return pieces;
}

/** The text with its places filled in; what is not given is empty. */
export function fill(pieces: Piece[], values: Record<string, string>): string {
  return pieces
    .map((piece) =>
      'text' in piece ? piece.text : Object.hasOwn(values, piece.place) ? values[piece.place] : '',
    )
    .join('');
}
