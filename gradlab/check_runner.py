"""Runs check cells: the other side of checks.py. A script; it reads a job from stdin and answers in lines of JSON.

    {"start": 7}
    {"done": 7, "ok": false, "message": "…", "stderr": "", "seconds": 0.002}

Numbers are places in the list of cells. Each check gets the package freshly imported and a namespace of its own, so
that what one leaves behind (a grad mode, a counter) is not held against the next.
"""

import json
import os
import sys
import time


def main() -> None:
    job = json.loads(sys.stdin.buffer.read())
    # What students print must not come between our lines.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    quiet = os.open(os.devnull, os.O_RDWR)
    os.dup2(quiet, 0)
    os.dup2(quiet, 1)
    import numpy  # noqa: F401  before the course's folder is on the path, where a numpy.py may lie

    sys.path.append(job["gradlab"])
    import gradlab.check_namespace as namespaces
    from gradlab.borrowed import use_own
    from gradlab.reload import put_first

    put_first(job["engine"])
    use_own(lambda: job["own"])
    os.dup2(quiet, 2)
    cells = [namespaces.JobCell(*rest, namespaces.without_magics(source)) for *rest, source in job["cells"]]

    def answer(line: dict) -> None:
        print(json.dumps(line), file=answers, flush=True)

    for place in job["checks"]:
        answer({"start": place})
        start = time.perf_counter()
        heard = []
        message = namespaces.run_check(cells, place, job["package"], heard)
        stderr = "\n".join(heard).strip()[: namespaces.LONGEST]
        seconds = round(time.perf_counter() - start, 4)
        answer({"done": place, "ok": message is None, "message": message or "", "stderr": stderr, "seconds": seconds})
    answers.flush()
    os._exit(0)  # threads that students started do not hold us up


if __name__ == "__main__":
    main()
