/** A document in a link: its JSON deflated, in the letters that addresses may hold. */

import { refused } from "./refused";
import type { Document } from "./types";

export const MOST_CHARACTERS = 30_000;

/** Throws Refused L-SIZE when it is too large for a link. */
export async function pack(document: Document): Promise<string> {
  const deflated = await through(new TextEncoder().encode(JSON.stringify(document)), new CompressionStream("deflate-raw"));
  const text = base64url(deflated);
  if (text.length > MOST_CHARACTERS) throw refused("L-SIZE", "refused.share_size");
  return text;
}

/** What `pack` packed, as unchecked JSON. */
export async function unpack(text: string): Promise<unknown> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(await through(bytes, new DecompressionStream("deflate-raw"))));
}

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: CompressionStream | DecompressionStream,
): Promise<Uint8Array> {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());
}

function base64url(bytes: Uint8Array): string {
  let letters = "";
  for (const byte of bytes) letters += String.fromCharCode(byte);
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
