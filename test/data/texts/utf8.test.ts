// The first byte that is no UTF-8, by the table of RFC 3629 and Unicode 15, table 3-7.

import { expect, test } from "vitest";
import { invalidByte } from "../../../src/data/texts/utf8.ts";

test.each<[string, readonly number[], number]>([
  ["whole characters of 1 to 4 bytes", [...Buffer.from("aé日😀")], -1],
  ["a byte that begins nothing", [0x61, 0x80], 1],
  ["a slash in two bytes", [0x61, 0xc0, 0xaf], 1],
  ["a character in more bytes than it needs", [0xe0, 0x80, 0xaf], 0],
  ["half of a surrogate pair", [0x61, 0x62, 0xed, 0xa0, 0x80], 2],
  ["beyond U+10FFFF", [0xf4, 0x90, 0x80, 0x80], 0],
  ["a byte of no character", [0x61, 0xff], 1],
  ["a character that is cut at the end", [0x61, 0xe6, 0x97], 1],
  ["a character that is cut by another", [0xf0, 0x9f, 0x61], 0],
])("%s", (_, bytes, place) => {
  expect(invalidByte(Uint8Array.from(bytes))).toBe(place);
});

test("agrees with a decoder on two bytes of any kind", () => {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const isText = (bytes: Uint8Array) => {
    try {
      decoder.decode(bytes);
      return true;
    } catch {
      return false;
    }
  };
  for (let a = 0; a < 256; a++) {
    for (let b = 0; b < 256; b++) {
      const bytes = Uint8Array.from([0x61, a, b, 0x80, 0x80]).subarray(0, a < 0xe0 ? 3 : a < 0xf0 ? 4 : 5);
      expect(invalidByte(bytes) === -1, `${a} ${b}`).toBe(isText(bytes));
    }
  }
});
