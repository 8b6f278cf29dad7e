// Discord's limits on messages and forms (its component and message reference).
export { labelOf } from '../rendering/cut-text.ts';

/** Lengths are in UTF-16 units, the stricter way to count characters. */
export const LIMITS = {
  /** Components of a message, nested ones included. */
  components: 40,
  /** Over all text displays of a message. */
  text: 4000,
  customId: 100,
  buttonsInRow: 5,
  buttonLabel: 80,
  url: 512,
  selectOptions: 25,
  /** Label, value and description of a select's option. */
  option: 100,
  selectPlaceholder: 150,
  sectionTexts: 3,
  galleryItems: 10,
  attachments: 10,
  altText: 1024,
  /** Bytes, where the server is not boosted. */
  file: 10 * 1024 * 1024,
  request: 25 * 1024 * 1024,
  modalTitle: 45,
  modalFields: 5,
  fieldLabel: 45,
  fieldDescription: 100,
  inputPlaceholder: 100,
  inputValue: 4000,
} as const;
