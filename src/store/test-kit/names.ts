/** Names that would do harm if any of them became part of a statement. */
export const hostileNames = [
  `x'; drop table users; --`,
  `x"; drop table users; --`,
  `' or '1'='1`,
  '%',
  '_',
  '$1',
  '?',
  '${1}',
  '\\',
  'ünï¢ödé 🚀',
  'a\nb',
  '',
];
