// Slack's limits on messages and views (its Block Kit reference).
export { startOf } from '../rendering/cut-text.ts';

/** Lengths are in UTF-16 units, the stricter way to count characters. */
export const LIMITS = {
  messageBlocks: 50,
  viewBlocks: 100,
  /**
   * Of a message's blocks as JSON, without the choices of menus. Slack documents no such limit, and refuses from about 13,200
   * characters on (`msg_blocks_too_long`), counting something for each block besides its text.
   */
  messageWeight: 12_000,
  /** Bytes of a view as JSON: 250 kB, less what stands around its blocks. */
  viewBytes: 240_000,
  viewBytesInAll: 250_000,
  /** The plain form beside the blocks: `chat.update` takes no more. */
  plainText: 4000,
  header: 150,
  sectionText: 3000,
  fields: 10,
  field: 2000,
  contextElements: 10,
  contextText: 2000,
  actions: 25,
  actionId: 255,
  blockId: 255,
  buttonLabel: 75,
  buttonValue: 2000,
  url: 3000,
  selectOptions: 100,
  overflowOptions: 5,
  /** Label, value and description of a choice. */
  option: 75,
  placeholder: 150,
  altText: 2000,
  /** Ours, not Slack's: more of them would leave no room for texts. */
  pictures: 10,
  picturesWeight: 5000,
  tableRows: 100,
  tableColumns: 20,
  tables: 1,
  viewTitle: 24,
  viewButton: 24,
  callbackId: 255,
  privateMetadata: 3000,
  inputLabel: 2000,
  inputHint: 2000,
  inputValue: 3000,
} as const;
