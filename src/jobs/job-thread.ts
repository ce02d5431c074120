// What runs on a thread of jobs: it loads the module that a job names, calls the function and answers.

import { parentThread } from "#platform";
import { RecurraError } from "../platform/error.ts";
import type { Answer, Order } from "./job-message.ts";

const parent = parentThread();
parent?.onMessage((message) => {
  const order = message as Order;
  void answerTo(order).then((answer) => {
    try {
      parent.post(answer);
    } catch (error) {
      parent.post(failed(order.id, error));
    }
  });
});

async function answerTo({ id, module, function: name, input }: Order): Promise<Answer> {
  try {
    const loaded: Record<string, unknown> = await import(module);
    const called = loaded[name];
    if (typeof called !== "function")
      throw new RecurraError("job", `the module ${module} exports no function "${name}"`);
    return { id, kind: "done", result: await called(input) };
  } catch (error) {
    return failed(id, error);
  }
}

function failed(id: number, error: unknown): Answer {
  const code = error instanceof RecurraError ? error.code : undefined;
  if (!(error instanceof Error))
    return { id, kind: "failed", code, message: String(error), stack: undefined };
  return { id, kind: "failed", code, message: error.message, stack: error.stack };
}
