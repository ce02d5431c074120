// The layout of boxes and arrows: what must hold of any graph, and where simple ones stand.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type LayoutArrow, layeredLayout } from "../../../src/model/drawing/layered-layout.ts";
import type { LayoutBox, Point } from "../../../src/model/drawing/place.ts";

const gaps = { layers: 30, boxes: 20, arrows: 10 };

const box = (id: string, width = 60, height = 20): LayoutBox => ({ id, width, height });
const arrows = (...pairs: readonly string[]): readonly LayoutArrow[] =>
  pairs.map((pair) => ({ from: pair.slice(0, 1), to: pair.slice(1) }));

/** Boxes of random sizes, and arrows between any two of them, in any direction. */
const graphs = fc.integer({ min: 1, max: 14 }).chain((count) =>
  fc.record({
    boxes: fc.tuple(
      ...Array.from({ length: count }, (_, i) =>
        fc
          .record({ width: fc.integer({ min: 10, max: 200 }), height: fc.integer({ min: 10, max: 80 }) })
          .map((size) => ({ id: `${i}`, ...size })),
      ),
    ),
    arrows: fc.array(
      fc.tuple(fc.nat(count - 1), fc.nat(count - 1)).map(([from, to]) => ({ from: `${from}`, to: `${to}` })),
      { maxLength: 30 },
    ),
  }),
);

describe("any graph", () => {
  test("has boxes apart, inside the drawing, and arrows that end at their boxes and go round the others", () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const { width, height, corners, routes } = layeredLayout(graph.boxes, graph.arrows, gaps);
        const placed = graph.boxes.map((one) => {
          const { x, y } = corners.get(one.id) as Point;
          return { ...one, left: x, top: y, right: x + one.width, bottom: y + one.height };
        });
        for (const [i, a] of placed.entries()) {
          expect(a.left).toBeGreaterThanOrEqual(-1e-6);
          expect(a.right).toBeLessThanOrEqual(width + 1e-6);
          expect(a.top).toBeGreaterThanOrEqual(-1e-6);
          expect(a.bottom).toBeLessThanOrEqual(height + 1e-6);
          for (const b of placed.slice(i + 1)) {
            const across = Math.max(b.left - a.right, a.left - b.right);
            const down = Math.max(b.top - a.bottom, a.top - b.bottom);
            expect(across > gaps.boxes - 1e-6 || down > gaps.layers - 1e-6).toBe(true);
          }
        }
        const at = (id: string) => placed.find((one) => one.id === id) as (typeof placed)[number];
        for (const [i, { from, to }] of graph.arrows.entries()) {
          const route = routes[i] ?? [];
          if (from === to) {
            expect(route).toEqual([]);
            continue;
          }
          const [start, end] = [route[0] as Point, route.at(-1) as Point];
          const isDown = start.y < end.y;
          expect(start.y).toBeCloseTo(isDown ? at(from).bottom : at(from).top, 6);
          expect(end.y).toBeCloseTo(isDown ? at(to).top : at(to).bottom, 6);
          expect(start.x > at(from).left && start.x < at(from).right).toBe(true);
          expect(end.x > at(to).left && end.x < at(to).right).toBe(true);
          for (const [k, next] of route.slice(1).entries()) {
            const before = route[k] as Point;
            expect(isDown ? next.y - before.y : before.y - next.y).toBeGreaterThanOrEqual(-1e-6);
            const [low, high] = [Math.min(before.y, next.y), Math.max(before.y, next.y)];
            const [left, right] = [Math.min(before.x, next.x), Math.max(before.x, next.x)];
            const crossed = placed.filter(
              (one) =>
                one.id !== from &&
                one.id !== to &&
                one.left < right &&
                one.right > left &&
                one.top < high - 1e-6 &&
                one.bottom > low + 1e-6,
            );
            expect(crossed).toEqual([]);
          }
        }
      }),
      { numRuns: 300, seed: 5 },
    );
  });

  test("is drawn the same each time", () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        expect(layeredLayout(graph.boxes, graph.arrows, gaps)).toEqual(
          layeredLayout(graph.boxes, graph.arrows, gaps),
        );
      }),
      { numRuns: 50, seed: 5 },
    );
  });
});

describe("a chain", () => {
  const { corners, routes, width, height } = layeredLayout(
    [box("a"), box("b", 100), box("c", 30, 40)],
    arrows("ab", "bc"),
    gaps,
  );

  test("stands on one line, with straight arrows", () => {
    expect(Object.fromEntries(corners)).toEqual({
      a: { x: 20, y: 0 },
      b: { x: 0, y: 50 },
      c: { x: 35, y: 100 },
    });
    expect([width, height]).toEqual([100, 140]);
    expect(routes[0]?.map(({ x }) => x)).toEqual([50, 50, 50, 50]);
    expect(routes[0]?.map(({ y }) => y)).toEqual([20, 20, 50, 50]);
  });

  test("stays on its line beside an arrow that passes it", () => {
    const boxes = [box("a"), box("b", 160), box("c"), box("d")];
    const layout = layeredLayout(boxes, arrows("ab", "bc", "cd", "ad"), gaps);
    const centres = boxes.map(({ id, width: own }) => (layout.corners.get(id)?.x ?? 0) + own / 2);
    expect(Math.max(...centres) - Math.min(...centres)).toBeLessThan(1);
    expect(layout.routes[0]?.every(({ x }) => Math.abs(x - (centres[0] ?? 0)) < 1)).toBe(true);
  });

  test("of thousands takes no time to speak of", () => {
    const boxes = Array.from({ length: 3000 }, (_, i) => box(`${i}`));
    const links = boxes.slice(1).map((_, i) => ({ from: `${i}`, to: `${i + 1}` }));
    expect(layeredLayout(boxes, links, gaps).height).toBe(3000 * 20 + 2999 * 30);
  });
});

describe("layers", () => {
  const layerOf = (layout: ReturnType<typeof layeredLayout>, id: string) =>
    (layout.corners.get(id)?.y ?? Number.NaN) / 50;

  test("a box stands under all that it reads, and what only it reads stands right above it", () => {
    const layout = layeredLayout(
      ["a", "b", "c", "d", "x", "y"].map((id) => box(id)),
      arrows("ab", "bc", "cd", "xy", "yd"),
      gaps,
    );
    expect(["a", "b", "c", "d", "x", "y"].map((id) => layerOf(layout, id))).toEqual([0, 1, 2, 3, 1, 2]);
  });

  test("boxes may be given in any order", () => {
    const layout = layeredLayout(
      ["c", "b", "a"].map((id) => box(id)),
      arrows("ab", "bc"),
      gaps,
    );
    expect(["a", "b", "c"].map((id) => layerOf(layout, id))).toEqual([0, 1, 2]);
  });

  test("of a circle the first box stands first, and one arrow goes up", () => {
    const layout = layeredLayout([box("a"), box("b"), box("c")], arrows("ab", "bc", "ca"), gaps);
    expect(["a", "b", "c"].map((id) => layerOf(layout, id))).toEqual([0, 1, 2]);
    const up = layout.routes[2] ?? [];
    expect([up[0]?.y, up.at(-1)?.y]).toEqual([100, 20]);
  });

  test("pins hold boxes in the first and the last layer", () => {
    const pinned = [
      { ...box("x"), pin: "first" as const },
      box("a"),
      box("b"),
      { ...box("y"), pin: "last" as const },
    ];
    const layout = layeredLayout(pinned, arrows("xb", "ab", "xy"), gaps);
    expect(["x", "a", "b", "y"].map((id) => layerOf(layout, id))).toEqual([0, 0, 1, 1]);
  });

  test("lower boxes stand in the middle of their layer", () => {
    const layout = layeredLayout([box("a", 60, 40), box("b", 60, 20)], [], gaps);
    expect(layout.corners.get("b")?.y).toBe(10);
  });
});

describe("order", () => {
  test("unravels what can be", () => {
    // a and b read in the order in which c, d, e are given crosswise.
    const layout = layeredLayout(
      ["a", "b", "c", "d"].map((id) => box(id)),
      arrows("ad", "bc"),
      gaps,
    );
    const x = (id: string) => layout.corners.get(id)?.x ?? 0;
    expect(Math.sign(x("a") - x("b"))).toBe(Math.sign(x("d") - x("c")));
    expect(
      layout.routes.every((route) => route.every(({ x: one }) => Math.abs(one - (route[0]?.x ?? 0)) < 1)),
    ).toBe(true);
  });

  test("arrows enter and leave a box in the order of what is at their other ends", () => {
    const layout = layeredLayout(
      ["a", "b", "c", "d"].map((id) => box(id)),
      arrows("ad", "bd", "cd"),
      gaps,
    );
    const ends = layout.routes
      .map((route) => ({ from: route[0]?.x ?? 0, to: route.at(-1)?.x ?? 0 }))
      .toSorted((p, q) => p.from - q.from);
    expect(ends.map(({ to }) => to)).toEqual(ends.map(({ to }) => to).toSorted((p, q) => p - q));
    expect(new Set(ends.map(({ to }) => to)).size).toBe(3);
  });

  test("where a box says where arrows enter and leave, they do", () => {
    const wide = { ...box("m", 200), entries: [30, 150], exits: [100] };
    const layout = layeredLayout(
      [box("a"), box("b"), wide, box("z")],
      [
        { from: "a", to: "m", entry: 1 },
        { from: "b", to: "m", entry: 0 },
        { from: "m", to: "z", exit: 0 },
      ],
      gaps,
    );
    const left = layout.corners.get("m")?.x ?? 0;
    expect(
      layout.routes.map((route) =>
        [(route[0]?.x ?? 0) - left, (route.at(-1)?.x ?? 0) - left].map(Math.round),
      ),
    ).toEqual([
      [150, 150],
      [30, 30],
      [100, 100],
    ]);
  });
});

test("a box that is not there is a mistake of the program", () => {
  expect(() => layeredLayout([box("a")], arrows("ab"), gaps)).toThrow('there is no box "b"');
});
