// The states of callbacks: which are kept under which names, what is given back, and what is refused.

import { describe, expect, test } from "vitest";
import {
  type Callback,
  type CallbackState,
  checkCallbacks,
  EarlyStopping,
  LambdaCallback,
  loadStates,
  saveStates,
  TerminateOnNaN,
} from "../../../src/model/callbacks.ts";
import { FakeTraining } from "./fake-training.ts";

/** A callback whose state is a word. */
function keeper(word: string, name?: string): Callback & { word: string } {
  return {
    ...(name === undefined ? {} : { name }),
    word,
    saveState() {
      return { json: this.word };
    },
    loadState({ json }) {
      this.word = String(json);
    },
  };
}

describe("states", () => {
  test("are kept under a callback's name, numbered where it is taken", async () => {
    class Counter {
      saveState = (): CallbackState => ({ json: 1 });
      loadState() {}
    }
    const callbacks = [
      keeper("a"),
      keeper("b", "own"),
      {},
      new Counter(),
      keeper("c"),
      new EarlyStopping(),
      new EarlyStopping(),
    ];
    expect(Object.keys(await saveStates(callbacks))).toEqual([
      "callback",
      "own",
      "Counter",
      "callback_2",
      "EarlyStopping",
      "EarlyStopping_1",
    ]);
  });

  test("come back to where they were", async () => {
    const states = await saveStates([keeper("a"), keeper("b", "own")]);
    const fresh = [keeper(""), keeper("", "own"), keeper("new", "added later")];
    await loadStates(fresh, states, new FakeTraining());
    expect(fresh.map(({ word }) => word)).toEqual(["a", "b", "new"]);
  });

  test("that none of the callbacks takes are an error", async () => {
    const states = await saveStates([keeper("a", "first"), keeper("b", "second")]);
    const load = (callbacks: readonly Callback[]) => loadStates(callbacks, states, new FakeTraining());
    await expect(load([keeper("", "second")])).rejects.toThrow(
      "the checkpoint holds the state of first; those given are second. Give fit the callbacks that the training began with",
    );
    await expect(load([{}])).rejects.toMatchObject({
      code: "checkpoint-callbacks",
      message: expect.stringContaining("the state of first, second; no callback given keeps a state"),
    });
  });

  test("that are not as they were saved are named", () => {
    const load = (json: CallbackState["json"]) => () =>
      new EarlyStopping().loadState({ json }, new FakeTraining());
    expect(load({ best: 1 })).toThrow("EarlyStopping: the checkpoint's waited is to be a number, got null");
    expect(load({ best: [1], waited: 0 })).toThrow(
      "EarlyStopping: the checkpoint's best is to be a number, got [1]",
    );
    expect(load(7)).toThrow("EarlyStopping: the checkpoint's state is to be an object, got 7");
    expect(() =>
      new TerminateOnNaN().loadState({ json: { epoch: "3", step: 0 } }, new FakeTraining()),
    ).toThrow(`TerminateOnNaN: the checkpoint's epoch is to be a number, got "3"`);
  });

  test("keep numbers that JSON has no word for", async () => {
    const stopping = new EarlyStopping({ monitor: "loss", mode: "max" });
    const training = new FakeTraining();
    stopping.onTrainBegin(training);
    stopping.onEpochEnd(0, { loss: Infinity }, training);
    const { json } = JSON.parse(JSON.stringify(stopping.saveState()));
    const again = new EarlyStopping({ monitor: "loss", mode: "max" });
    again.onTrainBegin(training);
    again.loadState({ json }, training);
    again.onEpochEnd(1, { loss: 1e300 }, training);
    expect(again.bestEpoch).toBe(0);
  });
});

describe("checkCallbacks", () => {
  test("takes objects with hooks, and without", () => {
    expect(() => checkCallbacks([{}, { onEpochEnd() {} }, keeper("a"), new EarlyStopping()])).not.toThrow();
    expect(() => checkCallbacks([new LambdaCallback({ onTrainEnd() {} })])).not.toThrow();
  });

  test.each<[unknown, string]>([
    [null, "callbacks[1]: is to be an object, such as new EarlyStopping(), got null"],
    [EarlyStopping, "callbacks[1]: is to be an object, such as new EarlyStopping(), got a function"],
    [
      { onEpochEnds() {} },
      'callbacks[1]: there is no hook "onEpochEnds". Did you mean "onEpochEnd"? There are onTrainBegin',
    ],
    [{ onBatchEnd: 3 }, "callbacks[1]: onBatchEnd is to be a function, got 3"],
    [{ saveState() {} }, "callbacks[1]: has saveState and no loadState"],
    [{ loadState() {} }, "callbacks[1]: has loadState and no saveState"],
  ])("refuses %o", (callback, message) => {
    expect(() => checkCallbacks([{}, callback])).toThrow(message);
  });
});
