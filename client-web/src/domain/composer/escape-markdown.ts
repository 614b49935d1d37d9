/** Text that is to stay text in Markdown as this client reads it. */

/** So that no character starts or ends formatting; an address stays as it is, and is found again. */
export function escapeMarkdown(text: string): string {
  return text
    .split(/(\b(?:https?|ftp):\/\/[^\s<>[\]()*|`\\]+)/)
    .map((part, index) => {
      if (index % 2 === 1) return part;
      return part
        .replaceAll(/[\\`*[\]~|]/g, '\\$&')
        .replaceAll(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_')
        .replaceAll(/<(?=[a-z/])/gi, '\\<')
        .replaceAll(/(?<!\w):(?=[a-z0-9_+-]+:(?!\w))/g, '\\:')
        .replaceAll(/(?<![\w@])@(?=room(?!\w|:\w))/g, '\\@')
        .replaceAll(/^(\s*)([#>+=-])/gm, '$1\\$2')
        .replaceAll(/^(\s*\d{1,9})([.)])/gm, '$1\\$2');
    })
    .join('');
}
