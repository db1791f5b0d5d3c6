"""A dask.distributed cluster as an Executor for our jobs: many machines instead of this one's processes.

    with Cluster("tls://scheduler:8786", Certificates("ca.pem", "cert.pem", "key.pem")) as slots:
        grade_class(..., executor=slots)

The workers need this package, at this version, and a sandbox of their own; no folder is shared. A scheduler without TLS
lets everyone who reaches its port run code as its user, so one that is not on this machine must have it.

The jobs of a worker that is lost, or that dask finds frozen, are done again by the others. When all are gone, or the
scheduler is, the jobs under way fail with a GradlabError: that is no student's fault.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from autograder.desk import Inputs
from autograder.kit import Kit, grader_version
from autograder.on_worker import Parcel, do, keep
from autograder.slots import TRIES, LostWorker
from gradlab.errors import GradlabError

SECONDS = 30  # to reach the scheduler, and for its workers to answer at first
PATIENCE = 300  # seconds without any worker, or without a word from the scheduler, until the run is given up
HERE = ("127.0.0.1", "localhost", "::1")
SAME_VERSION = "Start workers with this version of gradlab, and grade again."
AGAIN = "Grade again: what is recorded is not graded twice."


class Certificates(NamedTuple):
    """Of the authority, and our own with its key, as dask.distributed's Security takes them."""

    authority: str
    certificate: str
    key: str


class Cluster(Executor):
    """Raises GradlabError when the scheduler cannot be reached, or its workers run another version of the grader."""

    def __init__(self, address: str, certificates: Certificates | None = None):
        if certificates:
            for file in certificates:
                if not Path(file).is_file():
                    raise GradlabError(f"{file} is no file. --tls takes three: CA.pem CERT.pem KEY.pem")
        elif urlsplit(address if "//" in address else f"tcp://{address}").hostname not in HERE:
            raise GradlabError(
                f"{address} is another machine, and without TLS anyone could read the grades and run code there. "
                "Start its scheduler with certificates, and name them: --tls CA.pem CERT.pem KEY.pem"
            )
        try:
            from distributed import Client, Security
        except ModuleNotFoundError:
            raise GradlabError("--dask needs dask.distributed: pip install 'gradlab[dask]'") from None
        security = None
        if certificates:
            ca, cert, key = certificates
            security = Security(tls_ca_file=ca, tls_client_cert=cert, tls_client_key=key, require_encryption=True)
        try:
            self.client = Client(address, security=security, timeout=SECONDS, set_as_default=False)
        except (OSError, ValueError, TypeError, RuntimeError) as error:
            raise GradlabError(f"no scheduler answers at {address}: {error or type(error).__name__}") from None
        self.address, self._gone = address, None
        self._under_way: dict[Future, Future] = {}  # and what sees to each
        self._check_versions()
        self._watch = asyncio.run_coroutine_threadsafe(self._look_after(), self.client.loop.asyncio_loop)

    def _check_versions(self) -> None:
        """Of the workers that answer; dask ends those that never do, and each job looks again."""
        from distributed import wait

        asked = {worker: self._ask(grader_version, worker) for worker in self.client.nthreads()}
        try:
            with self.client.as_current():
                wait(list(asked.values()), timeout=SECONDS)
        except TimeoutError:
            pass
        answered = {worker: answer for worker, answer in asked.items() if answer.done()}
        errors = [error for answer in answered.values() if (error := answer.exception())]
        other = sorted(each for each, answer in answered.items() if not errors and answer.result() != grader_version())
        if errors:  # whatever the workers raise, a missing package above all
            why = f"the workers of {self.address} cannot grade: {errors[0]}. Install gradlab there."
        elif other:
            why = f"{self.address}: {len(other)} workers run another version ({other[0]}). {SAME_VERSION}"
        elif not answered:
            why = f"{self.address}: it has no workers{' that answer' if asked else ''}. {SAME_VERSION}"
        else:
            return
        self.client.close()
        raise GradlabError(why)

    def _ask(self, question: Callable, worker: str):
        return self.client.submit(question, workers=[worker], pure=False)

    @property
    def jobs(self) -> int:
        """How many jobs it does at a time."""
        return max(1, sum(self.client.nthreads().values()))

    def hand_round(self, what: Kit | Inputs):
        """Give every worker what many jobs need, once."""
        return self.client.submit(keep, Parcel.of(what), pure=False)

    def submit(self, job: Callable, /, *args) -> Future:
        """Arguments may be what was handed round."""
        if self._gone:
            raise self._gone
        future: Future = Future()
        seeing = self._see_done(future, job, args)
        self._under_way[future] = asyncio.run_coroutine_threadsafe(seeing, self.client.loop.asyncio_loop)
        future.add_done_callback(lambda done: self._under_way.pop(done, None))
        return future

    async def _see_done(self, future: Future, job: Callable, args: tuple) -> None:
        """Have dask do a job, again when the workers are lost that had it; its result, or error, is that of `future`.

        dask itself tries again, too. But it blames a lost worker on every job that waited there; and it forgets some
        that were done, and not yet fetched, when it restarts a worker that froze.
        """
        from distributed import KilledWorker

        lost = (KilledWorker, OSError, asyncio.CancelledError, concurrent.futures.CancelledError)
        for _ in range(TRIES):
            try:
                result = await self.client.submit(do, grader_version(), job, *args, pure=False)
                return None if future.done() else future.set_result(result)
            except lost:
                if future.done():
                    return None
            except ImportError as error:
                return self._give_up(f"a worker of {self.address} cannot grade: {error}. Install gradlab there.")
            except Exception as error:
                if self.client.status == "closed":
                    return self._give_up(f"the scheduler at {self.address} is gone. {AGAIN}")
                return None if future.done() else future.set_exception(error)
        future.set_exception(LostWorker(f"the workers that had it were lost {TRIES} times"))

    async def _look_after(self) -> None:
        """Give up when there has been nobody to do the work for too long."""
        seen = time.monotonic()
        while not self._gone:
            try:
                if await asyncio.wait_for(self.client.nthreads(), SECONDS):
                    seen = time.monotonic()
            except Exception:  # no answer, whatever the reason
                pass
            if self.client.status == "closed":
                return self._give_up(f"the scheduler at {self.address} is gone. {AGAIN}")
            if self.client.status == "running" and time.monotonic() - seen > PATIENCE:
                return self._give_up(f"{self.address} has had no worker for {PATIENCE} s. Start some. {AGAIN}")
            await asyncio.sleep(1)

    def _give_up(self, why: str) -> None:
        """Fail what is under way, and what comes."""
        self._gone = self._gone or GradlabError(why)
        for future, seeing in list(self._under_way.items()):
            if not future.done():
                future.set_exception(self._gone)
            seeing.cancel()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        if wait and not cancel_futures:
            concurrent.futures.wait(list(self._under_way))
        self._give_up("the cluster was left")
        self._watch.cancel()
        self.client.close()
