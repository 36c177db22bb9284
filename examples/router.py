#!/usr/bin/env python3
"""A router for wrp in Python, standard library only: the cheapest model, or the best one where a prompt looks hard.

wrp help command prints the protocol. Try it by hand:

    wrp route "Prove that 7 is prime." --policy 'command(command="python3 examples/router.py")'
"""

import json
import sys

HARD_WORDS = ("prove", "derive", "refactor", "debug", "translate", "optimise", "optimize")
LONG = 800  # code points


def cheapest_and_best(models):
    """Names of the cheapest and of the best model that wrp tells of; the first one where it tells no figures."""
    first = models[0]["name"]
    priced = [m for m in models if "costUsdPer1k" in m]
    graded = [m for m in models if "qualityMean" in m]
    cheapest = min(priced, key=lambda m: m["costUsdPer1k"])["name"] if priced else first
    best = max(graded, key=lambda m: m["qualityMean"])["name"] if graded else first
    return cheapest, best


def decide(prompt, cheapest, best):
    """The model for a prompt, the rule that chose it, and what the rule saw."""
    text = prompt.get("text", "").lower()
    length = prompt.get("lengthCodePoints")
    words = [word for word in HARD_WORDS if word in text]
    facts = {"length": length, "hard words": ", ".join(words)}
    if words:
        return {"model": best, "rule": "hard words", "facts": facts}
    if length is None:
        return {"model": None, "rule": "neither a text nor its length", "facts": facts}
    if length >= LONG:
        return {"model": best, "rule": "long", "facts": facts}
    return {"model": cheapest, "rule": "everything else", "facts": facts}


def main():
    sys.stdin.reconfigure(encoding="utf-8")
    sys.stdout.reconfigure(encoding="utf-8")
    cheapest = best = None
    for line in sys.stdin:  # one request a line, until wrp closes it
        request = json.loads(line)
        if request["type"] == "hello":
            cheapest, best = cheapest_and_best(request["models"])
            print("router.py: cheapest %s, best %s" % (cheapest, best), file=sys.stderr)  # logs never go to stdout
        elif request["type"] == "route":
            answer = decide(request["prompt"], cheapest, best)
            print(json.dumps({"id": request["id"], **answer}), flush=True)  # flush: wrp waits for this line


if __name__ == "__main__":
    main()
