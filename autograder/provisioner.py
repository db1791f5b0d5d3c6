"""A kernel provisioner for Jupyter: kernels run in the sandbox, as stock `nbgrader autograde` starts them here.

    JUPYTER_DEFAULT_PROVISIONER_NAME=sandboxed nbgrader autograde …          all kernels of one command
    {"metadata": {"kernel_provisioner": {"provisioner_name": "sandboxed"}}}  in a kernel.json: that kernel, always

The kernel sees Python, the packages gradlab and autograder, course.yml and its engine's folder (GRADLAB_ENGINE, where
it may write). It has no network: it talks to its client through sockets in a folder of their own.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner

import gradlab
from autograder.sandbox import chosen, offered
from autograder.sandbox.launch import HOUSES, launched
from gradlab.course import FILE_NAME
from gradlab.errors import GradlabError

NAME = "sandboxed"
PASSED_ON = ("GRADLAB_ROOT", "GRADLAB_ENGINE", "PYTHONPATH", "PYTHONWARNINGS")
PACKAGES = [str(Path(gradlab.__file__).resolve().parent), str(Path(__file__).resolve().parent)]


def use_sandbox() -> None:
    """From here on this process starts its kernels in the sandbox, installed as an entry point or not."""
    factory = KernelProvisionerFactory.instance()
    factory.provisioners[NAME] = EntryPoint(NAME, f"{__name__}:{SandboxedProvisioner.__name__}", factory.GROUP_NAME)
    factory.default_provisioner_name = NAME


class SandboxedProvisioner(LocalProvisioner):
    """A kernel on this machine, behind bubblewrap or in namespaces. Raises GradlabError where neither works."""

    _folder: str | None = None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        isolated = next((offered(name).isolation for name in HOUSES if not offered(name).problem), None)
        if isolated is None:
            chosen(HOUSES[0])  # says why
        self._folder = tempfile.mkdtemp(prefix="kernel-")
        talk, root = os.path.join(self._folder, "talk"), os.path.join(self._folder, "root")
        for path in (talk, root):
            os.mkdir(path)
        manager = self.parent
        manager.transport, manager.ip = "ipc", os.path.join(talk, "k")
        manager.connection_file = os.path.join(talk, "kernel.json")
        self.kernel_spec.interrupt_mode = "message"  # a signal would reach the walls, not the kernel
        kwargs = await super().pre_launch(**kwargs)
        given = kwargs.get("env") or os.environ
        variables = {name: given[name] for name in PASSED_ON if name in given}
        engine, course = variables.get("GRADLAB_ENGINE"), variables.get("GRADLAB_ROOT")
        readable = [*PACKAGES, *([os.path.join(course, FILE_NAME)] if course else [])]
        command = kwargs["cmd"]
        if not shutil.which(command[0]):
            raise GradlabError(f"The kernel's program {command[0]} is not there.")
        command = [shutil.which(command[0]), *command[1:]]
        kwargs["cmd"] = launched(isolated, command, variables, readable, [talk, *([engine] if engine else [])], root)
        return kwargs

    async def cleanup(self, restart: bool = False) -> None:
        await super().cleanup(restart)
        if self._folder and not restart:
            shutil.rmtree(self._folder, ignore_errors=True)
