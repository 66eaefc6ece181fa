"""A thousand learners on Kubernetes: how many nodes, what they wait for, and what breaks first. No cluster is needed.

    python benches/thousand.py                       # the table, from what was measured
    python benches/thousand.py --cores 16 --memory 64 --learners 1000 --storm 120

What a server and a kernel take (memory, seconds of a processor) is measured with `CHAINRULE_HUB=1` (`tests/front_ends/test_hub.py`)
and stands in MEASURED. From there on it is arithmetic: learners come at the full hour, each has its server started by the hub,
runs a chapter and edits its cells; those on a node share its processors evenly, and one cell uses one.

Checks itself: with one learner a node, nobody waits longer than the work takes; without room for all, it says so.
"""

import argparse
import heapq
import math
import random

# With 30 users on 2 cores (benches/README.md). A kernel after the chapter has 22 MB, and with the edits 34 MB on average; what it
# starts to compile is taken for 200 MB more.
MEASURED = {
    "server MB": 119, "kernel MB": 34, "kernel MB while compiling": 234,
    "start s": 2.8, "chapter s": 0.24, "edit s": 0.19,
}
# What others have measured or set, which is not ours to measure: z2jh's own limit of servers that start at once, and how long the
# hub's one thread is busy with each start.
HUB = {"starts at once": 64, "s for a start": 0.15}
OF_A_NODE_FOR_THE_SYSTEM = {"GB": 1.5, "cores": 0.3}
CELLS, EDITS, PAUSE = 20, 30, 25.0


class Node:
    """Processors that all who work share evenly, none of them more than one. Work is kept by what each would have got."""

    def __init__(self, cores):
        self.cores, self.work, self.given, self.since = cores, [], 0.0, 0.0

    def share(self):
        return min(1.0, self.cores / len(self.work)) if self.work else 1.0

    def advance(self, now):
        self.given += (now - self.since) * self.share()
        self.since = now

    def add(self, now, seconds, ended):
        self.advance(now)
        heapq.heappush(self.work, (self.given + seconds, id(ended), ended))

    def next_end(self):
        return self.since + (self.work[0][0] - self.given) / self.share() if self.work else math.inf


class Class:
    """All learners, all nodes, and the hub between them."""

    def __init__(self, learners, nodes, cores, storm, measured, seed=1):
        self.random, self.measured = random.Random(seed), measured
        self.nodes = [Node(cores - OF_A_NODE_FOR_THE_SYSTEM["cores"]) for _ in range(nodes)]
        self.hub, self.starting, self.queue = Node(1), 0, []
        self.events, self.count = [], 0
        self.waits = {"opening": [], "edit": []}
        for learner in range(learners):
            self.at(self.random.expovariate(3 / storm) if storm else 0.0, self.comes, self.nodes[learner % nodes])

    def at(self, time, act, *arguments):
        self.count += 1
        heapq.heappush(self.events, (time, self.count, act, arguments))

    def run(self):
        servers = [*self.nodes, self.hub]
        while True:
            node = min(servers, key=Node.next_end)
            if node.next_end() <= (self.events[0][0] if self.events else math.inf):
                now = node.next_end()
                if now == math.inf:
                    return self.waits
                node.advance(now)
                heapq.heappop(node.work)[2](now)
            else:
                now, _, act, arguments = heapq.heappop(self.events)
                act(now, *arguments)

    def comes(self, now, node):
        self.queue.append((now, node))
        self.start(now)

    def start(self, now):
        """The hub starts no more servers at once than it is told."""
        while self.queue and self.starting < HUB["starts at once"]:
            came, node = self.queue.pop(0)
            self.starting += 1

            def hub_is_done(then, came=came, node=node):
                node.add(then, self.measured["start s"], lambda later: self.is_there(later, came, node))

            self.hub.add(now, HUB["s for a start"], hub_is_done)

    def is_there(self, now, came, node):
        self.starting -= 1
        self.waits["opening"].append(now - came)
        self.start(now)
        self.works(now, node, [("cell", self.measured["chapter s"] / CELLS)] * CELLS + [("edit", self.measured["edit s"])] * EDITS)

    def works(self, now, node, left):
        if not left:
            return
        (kind, seconds), rest = left[0], left[1:]
        pause = self.random.uniform(0.3, 1.7) * PAUSE

        def begin(then):
            def ended(later):
                if kind == "edit":
                    self.waits["edit"].append(later - then)
                self.works(later, node, rest)

            # Some edits take longer than others: a mistake is found before anything is compiled.
            node.add(then, seconds * self.random.uniform(0.5, 1.5), ended)

        self.at(now + pause, begin)


def quantile(values, part):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part / 100))]


def learners_a_node(memory, measured, share_that_compiles=0.1):
    """By memory: each has a server and a kernel, and a tenth has a compiler besides."""
    each = measured["server MB"] + measured["kernel MB"] + share_that_compiles * (measured["kernel MB while compiling"] - measured["kernel MB"])
    return int((memory - OF_A_NODE_FOR_THE_SYSTEM["GB"]) * 1024 // each), each


def check():
    """That the arithmetic is right, where the answer is known without it."""
    measured = {**MEASURED, "start s": 3.0, "edit s": 1.0, "chapter s": 0.0}
    alone = Class(3, 3, 2, 1000, measured).run()
    assert all(2.9 < seconds < 3.3 for seconds in alone["opening"]), alone["opening"]
    assert all(0.5 <= seconds <= 1.5 + 1e-6 for seconds in alone["edit"])
    node = Node(2)
    ended = []
    for seconds in (1.0, 1.0, 1.0, 1.0):
        node.add(0.0, seconds, ended)
    assert abs(node.next_end() - 2.0) < 1e-9, "four share two"
    crowded, roomy = (Class(60, nodes, 2, 60, measured).run() for nodes in (1, 30))
    assert quantile(crowded["edit"], 95) > 2 * quantile(roomy["edit"], 95), "a crowd waits"
    assert learners_a_node(8, MEASURED)[0] < learners_a_node(16, MEASURED)[0] / 1.9


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--learners", type=int, default=1000)
    parser.add_argument("--cores", type=int, default=8)
    parser.add_argument("--memory", type=float, default=32, help="GB of a node")
    parser.add_argument("--storm", type=float, default=300, help="19 of 20 come within so many seconds; 0: all at once")
    for name, value in MEASURED.items():
        parser.add_argument("--" + name.replace(" ", "-"), type=float, default=value)
    given = parser.parse_args()
    measured = {name: getattr(given, name.replace(" ", "_")) for name in MEASURED}
    check()
    by_memory, each = learners_a_node(given.memory, measured)
    work = EDITS * measured["edit s"] + measured["chapter s"]
    busy = work / ((EDITS + CELLS) * PAUSE)
    by_processors = int((given.cores - OF_A_NODE_FOR_THE_SYSTEM["cores"]) * 0.6 / busy)
    print(f"a learner: {each:.0f} MB ({measured['server MB']:.0f} server, {measured['kernel MB']:.0f} kernel, the rest is a compiler now and then),")
    print(f"    {measured['start s']:.1f} s of a processor to start, then {100 * busy:.1f} % of one while working")
    print(f"a node of {given.cores} cores and {given.memory:.0f} GB: {by_memory} learners by memory, {by_processors} by processors (60 % busy)")
    least = math.ceil(given.learners / min(by_memory, by_processors))
    print(f"the least for {given.learners}: {least} nodes; {'memory' if by_memory < by_processors else 'processors'} run out first\n")
    print("| nodes | learners a node | GB a node | opening p50 / p95 / p99, s | edit p50 / p95 / p99, s |\n|---|---|---|---|---|")
    for nodes in sorted({max(1, least // 2), least, math.ceil(least * 1.5), least * 2}):
        a_node = math.ceil(given.learners / nodes)
        waits = Class(given.learners, nodes, given.cores, given.storm, measured).run()
        full = a_node * each / 1024 + OF_A_NODE_FOR_THE_SYSTEM["GB"]
        shown = [" / ".join(f"{quantile(waits[kind], part):.1f}" for part in (50, 95, 99)) for kind in ("opening", "edit")]
        room = "" if full <= given.memory else ", does not fit"
        print(f"| {nodes} | {a_node} | {full:.0f}{room} | {shown[0]} | {shown[1]} |")
    starts = given.learners * HUB["s for a start"]
    print(f"\nThe hub's one thread is busy for {starts:.0f} s with {given.learners} starts: if they come within less, they wait for it, whatever the nodes are.")


if __name__ == "__main__":
    main()
