"""A dask.distributed cluster as an Executor for our jobs: many machines instead of this one's processes.

    with Cluster("tls://scheduler:8786", Certificates("ca.pem", "cert.pem", "key.pem")) as slots:
        grade_class(..., executor=slots)

The workers need this package, at this version, and a sandbox of their own; no folder is shared. Lost workers' jobs are
done again by dask. A scheduler without TLS lets everyone who reaches its port run code as its user, so one that is not
on this machine must have it.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from autograder.desk import Inputs
from autograder.kit import Kit, grader_version
from autograder.watchdog import make_mortal
from gradlab.errors import GradlabError

SECONDS = 30  # to reach the scheduler
HERE = ("127.0.0.1", "localhost", "::1")


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
        self._check_versions(address)
        self.executor = self.client.get_executor(pure=False, retries=2)

    def _check_versions(self, address: str) -> None:
        try:
            found = self.client.run(grader_version)
        except Exception as error:  # whatever the workers raise, a missing package above all
            self.client.close()
            raise GradlabError(f"the workers of {address} cannot grade: {error}. Install gradlab there.") from None
        other = sorted(worker for worker, version in found.items() if version != grader_version())
        if other or not found:
            self.client.close()
            why = f"{len(other)} workers run another version ({other[0]})" if other else "it has no workers"
            raise GradlabError(f"{address}: {why}. Start workers with this version of gradlab, and grade again.")

    @property
    def jobs(self) -> int:
        """How many jobs it does at a time."""
        return max(1, sum(self.client.nthreads().values()))

    def hand_round(self, what: Kit | Inputs):
        """Give every worker what many jobs need, once."""
        return self.client.scatter(what, broadcast=True, hash=False)

    def submit(self, job: Callable, /, *args, **kwargs) -> Future:
        return self.executor.submit(_on_a_worker, job, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self.executor.shutdown(wait=wait)
        self.client.close()


def _on_a_worker(job: Callable, /, *args, **kwargs):
    """Do a job that may cost the worker: the watchdog ends one that hangs, and its nanny starts it again."""
    make_mortal(memory=None)  # dask has a limit of its own
    return job(*args, **kwargs)
