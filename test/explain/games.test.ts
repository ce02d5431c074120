// Games whose Shapley values are published: shared out by the definition, by the kernel and by random orders.

import { expect, test } from "vitest";
import { exactShapley } from "../../src/explain/exact-shapley.ts";
import type { Game } from "../../src/explain/game.ts";
import { kernelShap } from "../../src/explain/kernel-shap.ts";
import { permutationShapley } from "../../src/explain/permutation-shapley.ts";
import { Random } from "../../src/tensor/random.ts";

/** A game of what coalitions are worth, by the list of their members. */
function gameOf(players: number, worth: (members: readonly number[]) => number): Game {
  const all = Array.from({ length: players }, (_, i) => i);
  return {
    players,
    empty: Float64Array.of(worth([])),
    full: Float64Array.of(worth(all)),
    values: async (masks) =>
      Float64Array.from({ length: masks.length / players }, (_, s) =>
        worth(all.filter((i) => masks[s * players + i] === 1)),
      ),
  };
}

async function expectShares(game: Game, wanted: readonly number[]) {
  const random = new Random(1);
  const exact = await exactShapley(game);
  const kernel = await kernelShap(game, { samples: undefined, features: undefined, random });
  const orders = await permutationShapley(game, 2000, random);
  for (const [i, share] of wanted.entries()) {
    expect(exact[i]).toBeCloseTo(share, 12);
    expect(kernel[i]).toBeCloseTo(share, 9);
    expect(orders[i]).toBeCloseTo(share, 1);
  }
}

test("gloves: one has a left one, two a right one, and a pair is worth 1 (Shapley and Shubik 1969): 2/3, 1/6, 1/6", () =>
  expectShares(
    gameOf(3, (members) => (members.includes(0) && members.length > 1 ? 1 : 0)),
    [2 / 3, 1 / 6, 1 / 6],
  ));

test("a runway is as dear as its largest aeroplane wants it (Littlechild and Owen 1973): those who want a piece share it", () => {
  // Costs 4, 7, 9: 4/3; 4/3 + 3/2; 4/3 + 3/2 + 2.
  const costs = [4, 7, 9];
  return expectShares(
    gameOf(3, (members) => Math.max(0, ...members.map((i) => costs[i] ?? 0))),
    [4 / 3, 4 / 3 + 3 / 2, 4 / 3 + 3 / 2 + 2],
  );
});

test("a majority of weights 4, 3, 2, 1 with quota 6 (Shapley and Shubik 1954): 5/12, 3/12, 3/12, 1/12", () => {
  // Who brings a coalition to the quota, counted over the 24 orders: 10, 6, 6 and 2 times.
  const weights = [4, 3, 2, 1];
  return expectShares(
    gameOf(4, (members) => (members.reduce((sum, i) => sum + (weights[i] ?? 0), 0) >= 6 ? 1 : 0)),
    [5 / 12, 3 / 12, 3 / 12, 1 / 12],
  );
});

test("the axioms: a player who adds nothing gets nothing, equal ones get the same, shares of a sum add up", async () => {
  const square = (members: readonly number[]) => members.filter((i) => i !== 2).length ** 2;
  const shares = await exactShapley(gameOf(5, square));
  expect(shares[2]).toBeCloseTo(0, 12);
  for (const i of [0, 1, 3, 4]) expect(shares[i]).toBeCloseTo(4, 12);
  const other = (members: readonly number[]) => (members.includes(2) && members.includes(4) ? 6 : 0);
  const both = await exactShapley(gameOf(5, (members) => square(members) + other(members)));
  const wanted = [4, 4, 3, 4, 7];
  for (const [i, share] of wanted.entries()) expect(both[i]).toBeCloseTo(share, 12);
});

test("coalitions that do not tell all players apart still give finite shares with the right sum", async () => {
  const game = gameOf(
    30,
    (members) => members.reduce((sum, i) => sum + (i % 3), 0) / 10 + Math.sin(members.length),
  );
  const shares = await kernelShap(game, { samples: 30, features: undefined, random: new Random(0) });
  expect(shares.every(Number.isFinite)).toBe(true);
  const sum = shares.reduce((a, b) => a + b, 0);
  expect(sum).toBeCloseTo((game.full[0] ?? 0) - (game.empty[0] ?? 0), 9);
  for (const share of shares) expect(Math.abs(share)).toBeLessThan(5);
});

test("nobody to share with, and one", async () => {
  for (const solve of [
    exactShapley,
    (game: Game) => kernelShap(game, { samples: 5, features: undefined, random: new Random(0) }),
  ]) {
    expect([...(await solve(gameOf(0, () => 7)))]).toEqual([]);
    expect([...(await solve(gameOf(1, (members) => 3 * members.length)))]).toEqual([3]);
  }
});
