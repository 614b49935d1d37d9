/** Types of pictures that are shown. Those that could act as part of the page (SVG) are not among them. */
const PICTURES = /^image\/(?:png|jpe?g|gif|webp|avif|bmp|apng)$/i;

export const canShowPicture = (mimetype: string): boolean => PICTURES.test(mimetype.split(';')[0]!.trim());

/** Of a message that says it is a picture: one that does not say of which type may be any. */
export const isShownPicture = ({ kind, mimetype }: { readonly kind: string; readonly mimetype: string }): boolean =>
  (kind === 'image' || kind === 'sticker') && (canShowPicture(mimetype) || mimetype === 'application/octet-stream');

/** As what the viewer can show a message's file; undefined: it is only ever saved. Some people send pictures as plain files. */
export function shownAs(media: { readonly kind: string; readonly mimetype: string }): 'picture' | 'video' | undefined {
  const { kind, mimetype } = media;
  if (isShownPicture(media) || (kind === 'file' && canShowPicture(mimetype))) return 'picture';
  return kind === 'video' || (kind === 'file' && /^video\//i.test(mimetype)) ? 'video' : undefined;
}

export type FileKind = 'image' | 'video' | 'audio' | 'file';

/** As what a file is sent. */
export function kindOfFile(mimetype: string): FileKind {
  if (canShowPicture(mimetype)) return 'image';
  return mimetype.startsWith('video/') ? 'video' : mimetype.startsWith('audio/') ? 'audio' : 'file';
}
