"""How the repaired module gives spans their parents, under asyncio's real tasks and in the corners."""

import asyncio
import contextvars
import gc
import sys
import threading
import types
import unittest

import image


def load():
    """The repaired module of a release, in this process, with stand-ins for what it imports."""
    with image.image() as given:
        package = types.ModuleType("llama_stack")
        package.__path__ = [str(given.packages / "llama_stack")]
        saved = {name: sys.modules.pop(name) for name in list(sys.modules) if name.split(".")[0] == "llama_stack"}
        sys.modules["llama_stack"] = package
        try:
            module = types.ModuleType(image.MODULE)
            exec(compile(image.repaired_text(image.released()), "repaired", "exec"), module.__dict__)
        finally:
            for name in [name for name in sys.modules if name.split(".")[0] == "llama_stack"]:
                del sys.modules[name]
            sys.modules.update(saved)
    return module


class Spans(unittest.TestCase):
    def setUp(self):
        self.module = load()
        self.events = []
        self.module.BACKGROUND_LOGGER = types.SimpleNamespace(log_event=self.events.append)

    def started(self):
        return {event.span_id: event for event in self.events if isinstance(event.payload, self.module.SpanStartPayload)}

    def parents(self):
        """Name of each span → name of its parent; None for a root."""
        started = self.started()
        names = {None: None, **{each: event.payload.name for each, event in started.items()}}
        return {event.payload.name: names[event.payload.parent_span_id] for event in started.values()}

    def ended(self):
        """Names of the spans in the order in which they ended."""
        started = self.started()
        return [started[event.span_id].payload.name for event in self.events if isinstance(event.payload, self.module.SpanEndPayload)]

    async def request(self, work, name="request", **attributes):
        await self.module.start_trace(name, attributes or {"__location__": "server"})
        try:
            return await work()
        finally:
            await self.module.end_trace()

    def run_request(self, work):
        contextvars.Context().run(asyncio.run, self.request(work))

    async def spanned(self, name, work=None):
        with self.module.span(name):
            await asyncio.sleep(0)
            result = await work() if work else None
            await asyncio.sleep(0)
            return result

    def test_tasks_of_one_request_are_siblings_all_the_way_down(self):
        async def work():
            async def branch(number):
                await self.spanned("child %d" % number, lambda: self.spanned("grandchild %d" % number))

            with self.module.span("parent"):
                await asyncio.gather(*(branch(number) for number in range(5)))

        self.run_request(work)
        parents = self.parents()
        for number in range(5):
            self.assertEqual("parent", parents["child %d" % number])
            self.assertEqual("child %d" % number, parents["grandchild %d" % number])
        self.assertEqual(sorted(parents), sorted(self.ended()))

    def test_many_requests_at_once_are_as_many_traces(self):
        async def main():
            async def one(number):
                await self.request(lambda: self.spanned("inner %d" % number), "request %d" % number, __location__="server")

            await asyncio.gather(*(one(number) for number in range(50)))

        asyncio.run(main())
        self.assertEqual({"request %d" % number: None for number in range(50)} | {"inner %d" % n: "request %d" % n for n in range(50)}, self.parents())
        self.assertEqual(50, len({event.trace_id for event in self.events}))

    def test_a_generator_closed_by_another_request_closes_its_own_span(self):
        module = self.module

        async def stream():
            with module.span("stream"):
                yield 1
                yield 2

        async def main():
            generator = stream()
            await self.request(generator.__anext__, "abandoned")
            after = []

            async def other():
                with module.span("inner of other"):
                    await generator.aclose()
                    after.append(module.get_current_span().name)

            await asyncio.create_task(self.request(other, "other"))
            self.assertEqual(["inner of other"], after)

        asyncio.run(main())
        self.assertEqual(["abandoned", "stream", "inner of other", "other"], self.ended())

    def test_a_span_opened_while_a_stream_is_open_is_its_child(self):
        module = self.module

        async def stream():
            with module.span("stream"):
                for number in range(2):
                    with module.span("chunk %d" % number):
                        yield number

        async def work():
            async for _ in stream():
                pass
            with module.span("after"):
                pass

        self.run_request(work)
        self.assertEqual(
            {"request": None, "stream": "request", "chunk 0": "stream", "chunk 1": "stream", "after": "request"}, self.parents()
        )

    def test_a_decorated_function_may_run_many_times_at_once(self):
        module = self.module
        entered = []

        async def work():
            shared = module.span("shared")

            async def call(wait):
                async with shared:
                    mine = module.get_current_span().span_id
                    entered.append(mine)
                    await asyncio.sleep(wait)
                    self.assertEqual(mine, module.get_current_span().span_id)

            await asyncio.gather(*(call(wait) for wait in (0.02, 0.04, 0)))

        self.run_request(work)
        self.assertEqual(["shared"] * 3 + ["request"], self.ended())
        ends = [event.span_id for event in self.events if isinstance(event.payload, module.SpanEndPayload)]
        self.assertEqual([entered[2], entered[0], entered[1]], ends[:3])

    def test_a_manager_entered_twice_closes_the_inner_one_first(self):
        module = self.module

        async def work():
            with module.span("again") as manager, manager:
                pass

        self.run_request(work)
        self.assertEqual(["again", "again", "request"], self.ended())
        ends = [event.span_id for event in self.events if isinstance(event.payload, module.SpanEndPayload)]
        self.assertEqual(list(self.started())[::-1], ends)

    def test_nested_traces_in_parallel_end_their_own(self):
        async def work():
            async def nested(name, wait):
                async def inner():
                    await asyncio.sleep(wait)
                    with self.module.span("inner " + name):
                        pass

                await self.request(inner, name, __location__="library_client")

            await asyncio.gather(nested("first", 0.02), nested("second", 0))
            with self.module.span("after"):
                pass

        self.run_request(work)
        self.assertEqual(
            {
                "request": None,
                "first": "request",
                "second": "request",
                "inner first": "first",
                "inner second": "second",
                "after": "request",
            },
            self.parents(),
        )
        self.assertEqual(["inner second", "second", "inner first", "first", "after", "request"], self.ended())
        self.assertEqual(1, len({event.trace_id for event in self.events}))

    def test_a_request_in_the_context_of_an_earlier_one_is_a_trace_of_its_own(self):
        # As a web server does with requests that wait on one connection.
        async def work():
            later = asyncio.create_task(self.request(lambda: self.spanned("inner of later"), "later"))
            await later

        self.run_request(work)
        self.assertEqual({"request": None, "later": None, "inner of later": "later"}, self.parents())
        self.assertEqual(2, len({event.trace_id for event in self.events}))

    def test_a_task_that_outlives_its_request_opens_no_span_under_another(self):
        async def main():
            tasks = []

            async def late():
                await asyncio.sleep(0.01)
                with self.module.span("late"):
                    pass

            async def work():
                tasks.append(asyncio.create_task(late()))

            await self.request(work, "first")
            await asyncio.gather(self.request(lambda: asyncio.sleep(0.02), "second"), *tasks)

        asyncio.run(main())
        self.assertEqual({"first": None, "second": None, "late": None}, self.parents())

    def test_a_thread_that_is_given_the_context_variables_is_like_a_task(self):
        async def work():
            with self.module.span("parent"):
                context = contextvars.copy_context()

                def in_thread():
                    with self.module.span("in thread"):
                        pass

                thread = threading.Thread(target=context.run, args=(in_thread,))
                thread.start()
                thread.join()

        self.run_request(work)
        self.assertEqual("parent", self.parents()["in thread"])

    def test_a_context_that_knows_only_the_trace_hangs_spans_under_its_first(self):
        # What llama-stack keeps for a generator that is driven by another loop: the trace, no more.
        async def work():
            trace = self.module.CURRENT_TRACE_CONTEXT.get()

            def elsewhere():
                self.module.CURRENT_TRACE_CONTEXT.set(trace)
                with self.module.span("elsewhere"):
                    with self.module.span("below"):
                        pass

            with self.module.span("parent"):
                contextvars.Context().run(elsewhere)

        self.run_request(work)
        self.assertEqual(("request", "elsewhere"), (self.parents()["elsewhere"], self.parents()["below"]))

    def test_without_a_trace_spans_are_nothing(self):
        with self.module.span("alone") as alone:
            alone.set_attribute("key", "value")
        self.assertIsNone(self.module.get_current_span())
        self.assertEqual([], self.events)

    def test_requests_leave_nothing_in_memory(self):
        trace_context = self.module.TraceContext

        async def main():
            for _ in range(20):
                await asyncio.create_task(self.request(lambda: self.spanned("inner")))
            # Each in the context of the one before, as on a connection that is kept.
            for _ in range(20):
                await self.request(lambda: self.spanned("inner"))

        asyncio.run(main())
        self.events.clear()
        gc.collect()
        alive = [each for each in gc.get_objects() if isinstance(each, trace_context)]
        self.assertLessEqual(len(alive), 1)


if __name__ == "__main__":
    unittest.main()
