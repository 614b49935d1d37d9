/** Types of pictures that are shown. Those that could act as part of the page (SVG) are not among them. */
const PICTURES = /^image\/(?:png|jpe?g|gif|webp|avif|bmp|apng)$/i;

export const canShowPicture = (mimetype: string): boolean => PICTURES.test(mimetype.split(';')[0]!.trim());

/** Of a message that says it is a picture: one that does not say of which type may be any. */
export const isShownPicture = ({ kind, mimetype }: { readonly kind: string; readonly mimetype: string }): boolean =>
  (kind === 'image' || kind === 'sticker') && (canShowPicture(mimetype) || mimetype === 'application/octet-stream');

export type FileKind = 'image' | 'video' | 'audio' | 'file';

/** As what a file is sent. */
export function kindOfFile(mimetype: string): FileKind {
  if (canShowPicture(mimetype)) return 'image';
  return mimetype.startsWith('video/') ? 'video' : mimetype.startsWith('audio/') ? 'audio' : 'file';
}
