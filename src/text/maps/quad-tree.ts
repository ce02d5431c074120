// A tree of squares over places in the plane, each with the number and the mean of what lies in it.

/** Squares are halved so often at most; places that are not told apart by then share a leaf. */
const DEPTH = 48;

/** The tree of the Barnes–Hut method. One serves many sets of places, one after the other. */
export class QuadTree {
  // Of each square: its four parts (0: none), how many places, the sums of their coordinates, later their mean, and its side squared.
  #parts = new Int32Array(0);
  #masses = new Float64Array(0);
  #xs = new Float64Array(0);
  #ys = new Float64Array(0);
  #sides = new Float64Array(0);
  #used = 0;
  readonly #stack = new Int32Array(4 * DEPTH + 4);

  /** @param places [N, 2] finite */
  build(places: Float64Array): void {
    let left = Infinity;
    let right = -Infinity;
    let bottom = Infinity;
    let top = -Infinity;
    for (let i = 0; i < places.length; i += 2) {
      left = Math.min(left, places[i] ?? 0);
      right = Math.max(right, places[i] ?? 0);
      bottom = Math.min(bottom, places[i + 1] ?? 0);
      top = Math.max(top, places[i + 1] ?? 0);
    }
    const half = Math.max(right - left, top - bottom) / 2 || 1;
    this.#used = 0;
    this.#add(half);
    for (let i = 0; i < places.length; i += 2)
      this.#insert(places[i] ?? 0, places[i + 1] ?? 0, (left + right) / 2, (bottom + top) / 2, half);
    for (let node = 0; node < this.#used; node++) {
      const mass = this.#masses[node] ?? 1;
      this.#xs[node] = (this.#xs[node] ?? 0) / mass;
      this.#ys[node] = (this.#ys[node] ?? 0) / mass;
    }
  }

  /** A new square with no parts. */
  #add(half: number): number {
    const node = this.#used++;
    if (node >= this.#masses.length) this.#grow();
    this.#parts.fill(0, 4 * node, 4 * node + 4);
    this.#masses[node] = 0;
    this.#xs[node] = 0;
    this.#ys[node] = 0;
    this.#sides[node] = 4 * half * half;
    return node;
  }

  #grow(): void {
    const size = Math.max(1024, 2 * this.#masses.length);
    const larger = (old: Float64Array) => {
      const array = new Float64Array(size);
      array.set(old);
      return array;
    };
    const parts = new Int32Array(4 * size);
    parts.set(this.#parts);
    this.#parts = parts;
    this.#masses = larger(this.#masses);
    this.#xs = larger(this.#xs);
    this.#ys = larger(this.#ys);
    this.#sides = larger(this.#sides);
  }

  /** Adds a place to all squares around it, from the whole, whose middle and half side are given, down to a leaf of its own. */
  #insert(x: number, y: number, wholeX: number, wholeY: number, wholeHalf: number): void {
    let middleX = wholeX;
    let middleY = wholeY;
    let half = wholeHalf;
    let node = 0;
    for (let depth = 0; ; depth++) {
      const mass = this.#masses[node] ?? 0;
      const sumX = this.#xs[node] ?? 0;
      const sumY = this.#ys[node] ?? 0;
      this.#masses[node] = mass + 1;
      this.#xs[node] = sumX + x;
      this.#ys[node] = sumY + y;
      if (mass === 0 || depth === DEPTH) return;
      half /= 2;
      if (this.#isLeaf(node)) {
        const oldX = sumX / mass;
        const oldY = sumY / mass;
        if (oldX === x && oldY === y) return;
        // What the leaf held goes one square down.
        const part = this.#add(half);
        this.#parts[4 * node + quarter(oldX, oldY, middleX, middleY)] = part;
        this.#masses[part] = mass;
        this.#xs[part] = sumX;
        this.#ys[part] = sumY;
      }
      const where = quarter(x, y, middleX, middleY);
      middleX += (where & 1) === 1 ? half : -half;
      middleY += (where & 2) === 2 ? half : -half;
      let part = this.#parts[4 * node + where] ?? 0;
      if (part === 0) {
        part = this.#add(half);
        this.#parts[4 * node + where] = part;
      }
      node = part;
    }
  }

  #isLeaf(node: number): boolean {
    const at = 4 * node;
    const parts = this.#parts;
    return parts[at] === 0 && parts[at + 1] === 0 && parts[at + 2] === 0 && parts[at + 3] === 0;
  }

  /**
   * For each place i the sum over all others of w² (y_i − y_j), where w = 1 / (1 + ‖y_i − y_j‖²); of squares that are far for their size
   * (side / distance < theta) their mean stands for all that is in them.
   *
   * @param places [N, 2] those that the tree was built from
   * @param theta 0: no square stands for more than one place
   * @param out [N, 2] receives the sums
   * @returns Σ_{i≠j} w_ij
   */
  repulsion(places: Float64Array, theta: number, out: Float64Array): number {
    const parts = this.#parts;
    const masses = this.#masses;
    const xs = this.#xs;
    const ys = this.#ys;
    const sides = this.#sides;
    const stack = this.#stack;
    const limit = theta * theta;
    let total = 0;
    for (let i = 0; i < places.length; i += 2) {
      const x = places[i] ?? 0;
      const y = places[i + 1] ?? 0;
      let pushX = 0;
      let pushY = 0;
      let sum = 0;
      stack[0] = 0;
      let depth = 1;
      while (depth > 0) {
        const node = stack[--depth] ?? 0;
        const dx = x - (xs[node] ?? 0);
        const dy = y - (ys[node] ?? 0);
        const squared = dx * dx + dy * dy;
        const at = 4 * node;
        if ((sides[node] ?? 0) >= limit * squared) {
          const before = depth;
          for (let part = at; part < at + 4; part++) {
            const inside = parts[part] ?? 0;
            if (inside !== 0) stack[depth++] = inside;
          }
          if (depth > before) continue;
        }
        const w = 1 / (1 + squared);
        const all = (masses[node] ?? 0) * w;
        sum += all;
        pushX += all * w * dx;
        pushY += all * w * dy;
      }
      out[i] = pushX;
      out[i + 1] = pushY;
      total += sum - 1; // less what the place is to itself: w = 1 at no distance
    }
    return total;
  }
}

/** 0 to 3: right of the middle counts 1, above it 2. */
function quarter(x: number, y: number, middleX: number, middleY: number): number {
  return (x > middleX ? 1 : 0) + (y > middleY ? 2 : 0);
}
