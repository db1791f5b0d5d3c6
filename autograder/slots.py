"""Processes that work for us: an Executor with one process a slot, in which no job is lost.

    with Slots(2) as slots:
        future = slots.submit(function, *plain_data)

When a process is killed (by the system, for want of memory; by somebody) its job is done again in a new one. Python's
ProcessPoolExecutor gives up all jobs then, those of the other processes too; so each slot has a pool of its own.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import queue
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import util
from multiprocessing.connection import wait

from autograder.watchdog import make_mortal

TRIES = 8  # more than one step of a submission may end the process, and each time one of them is left out


class LostWorker(Exception):
    """The process that did a job was killed each time."""


class Slots(Executor):
    """`jobs` processes, started when there is work. A job runs again when its process is lost: it should not mind."""

    def __init__(self, jobs: int):
        self.jobs = jobs
        self._work: queue.SimpleQueue = queue.SimpleQueue()
        self._closed = threading.Event()
        # Not fork: this process has threads, and a forked one that is killed can leave its pool hanging.
        self._start = multiprocessing.get_context("spawn")
        self._pids: set[int] = set()
        self._threads = [threading.Thread(target=self._serve, daemon=True) for _ in range(jobs)]
        for thread in self._threads:
            thread.start()

    def abort(self) -> None:
        """Give up: no new job, and an end to those that are under way."""
        self.shutdown(wait=False, cancel_futures=True)
        for pid in list(self._pids):
            try:
                os.kill(pid, signal.SIGTERM)
            except OSError:
                pass

    def submit(self, job: Callable, /, *args, **kwargs) -> Future:
        if self._closed.is_set():
            raise RuntimeError("these slots are closed")
        future: Future = Future()
        self._work.put((future, job, args, kwargs))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._closed.set()
        if cancel_futures:
            self._cancel()
        for _ in self._threads:
            self._work.put(None)
        if wait:
            for thread in self._threads:
                thread.join()

    def _cancel(self) -> None:
        while True:
            try:
                item = self._work.get_nowait()
            except queue.Empty:
                return
            if item:
                item[0].cancel()

    def _serve(self) -> None:
        """One slot: takes one job after the other."""
        pool = None
        while item := self._work.get():
            future, job, args, kwargs = item
            if not future.set_running_or_notify_cancel():
                continue
            for _ in range(TRIES):
                try:
                    pool = pool or self._pool()
                    future.set_result(pool.submit(job, *args, **kwargs).result())
                    break
                except BrokenProcessPool:
                    pool.shutdown(wait=False, cancel_futures=True)
                    pool = None
                    if self._closed.is_set():
                        future.set_exception(LostWorker("the work was given up"))
                        break
                except BaseException as error:
                    future.set_exception(error)
                    break
            else:
                future.set_exception(LostWorker(f"the process that worked on it was lost {TRIES} times"))
        if pool:
            pool.shutdown()

    def _pool(self) -> ProcessPoolExecutor:
        pool = ProcessPoolExecutor(1, mp_context=self._start, initializer=begin)
        try:
            self._pids.add(pool.submit(os.getpid).result())
        except BrokenProcessPool:
            pass  # then the job finds it broken too, and tries the next
        return pool


class Here(Executor):
    """No other process: a job is done when it is submitted."""

    def submit(self, job: Callable, /, *args, **kwargs) -> Future:
        future: Future = Future()
        try:
            future.set_result(job(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def usual() -> int:
    """Slots for this machine, three for two cores: now and then each waits for its sandbox, and that for it."""
    return cores() + cores() // 2


def cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "process_cpu_count"):
        return os.process_cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def begin() -> None:
    """The beginning of a slot's process, which ends with the one that started it: it would wait for work for ever."""
    # multiprocessing runs no exit functions in a child, and temporary folders would stay.
    util.Finalize(None, atexit._run_exitfuncs, exitpriority=0)
    make_mortal()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that records; it ends this one
    parent = multiprocessing.parent_process()

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    if parent:
        threading.Thread(target=watch, daemon=True).start()
