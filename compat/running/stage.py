"""What every suite needs: releases from PyPI in folders of their own, a platform of its own, and a word where it cannot run."""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

COMPAT = Path(__file__).resolve().parent.parent
ROOT = COMPAT.parent
HOME = Path(os.environ.get("MILLRACE_HOME", ROOT / ".millrace")).absolute() / "compat"
PLATFORM = HOME / "platform"
OFFSETS = [1, 2, 3, 4, 32, 92, 93, 101, 102, 103, 104, 201, 202, 203, 204]
INSTALL_SECONDS = 900
SUITE_SECONDS = 600


class Skipped(Exception):
    """A suite cannot run here, which is nobody's fault."""


class Failed(Exception):
    """The platform did not do what every check needs."""


class Clients:
    """A suite: whose clients it runs, in which releases, and what they find on the platform."""

    name = ""
    whose = ""
    needs_platform = True

    def requirements(self, release, beside):
        """What pip installs for a release."""
        raise NotImplementedError

    def script(self, release):
        """The file in the suite's folder that runs with a release's Python."""
        return "suite.py"

    def before(self):
        """Before the platform starts, in its folder that is empty."""

    def prepare(self, base):
        """Once it has started; base is that of its ports."""

    def arguments(self, base, index, work):
        """Of the script; index counts the releases."""
        raise NotImplementedError

    @property
    def folder(self):
        return COMPAT / self.name

    def releases(self, wanted):
        """Release to what it needs beside itself; those that are wanted, or all that are listed."""
        listed = {}
        for line in (self.folder / "releases.txt").read_text().splitlines():
            if line.strip() and not line.startswith("#"):
                release, *beside = line.split()
                listed[release] = beside
        return {release: listed.get(release, []) for release in wanted} if wanted else listed

    def python_of(self, release, beside):
        """The Python of a release's own folder, installed where it is not there yet; None where PyPI does not give it."""
        folder = HOME / self.name / release
        python = folder / "venv" / "bin" / "python"
        requirements = self.requirements(release, beside)
        installed = folder / "installed"
        if installed.exists() and installed.read_text().split() == requirements:
            return python
        folder.mkdir(parents=True, exist_ok=True)
        begin = time.monotonic()
        print(f"Installing {self.whose} {release} (log in {folder / 'pip.log'})", flush=True)
        with open(folder / "pip.log", "w") as log:
            for command in (
                [sys.executable, "-m", "venv", "--clear", str(folder / "venv")],
                [str(python), "-m", "pip", "install", "--quiet", "--no-compile", *requirements],
            ):
                try:
                    done = subprocess.run(command, stdout=log, stderr=log, timeout=INSTALL_SECONDS)
                except subprocess.TimeoutExpired:
                    return None
                if done.returncode != 0:
                    return None
        installed.write_text(" ".join(requirements))
        print(f"  installed in {time.monotonic() - begin:.0f} s", flush=True)
        return python

    def run(self, wanted):
        """Whether all checks of all releases held."""
        releases = self.releases(wanted)
        pythons = {release: self.python_of(release, beside) for release, beside in releases.items()}
        missing = [release for release, python in pythons.items() if python is None]
        if len(missing) == len(pythons):
            raise Skipped(f"PyPI gave no release of {self.whose} (logs: {HOME}/{self.name}/*/pip.log)")
        if self.needs_platform:
            failed = self.on_a_platform(pythons)
        else:
            self.before()
            failed = self.failing(0, pythons)
        ran = [release for release in pythons if release not in missing]
        print(f"compat/{self.name}: ran with {self.whose} {', '.join(ran)}")
        if missing:
            print(f"compat/{self.name}: not installed, so not run: {', '.join(missing)} (logs: {HOME}/{self.name}/*/pip.log)")
        print(f"compat/{self.name}: " + (f"FAILED with {self.whose} {', '.join(failed)}" if failed else "all checks held"), flush=True)
        return not failed

    def on_a_platform(self, pythons):
        """The releases that failed."""
        millrace("down")
        shutil.rmtree(PLATFORM, ignore_errors=True)
        PLATFORM.mkdir(parents=True)
        self.before()
        base = free_base()
        try:
            if millrace("up", "--port-base", str(base)) != 0:
                raise Failed("the platform did not start")
            self.prepare(base)
            return self.failing(base, pythons)
        finally:
            millrace("down")

    def failing(self, base, pythons):
        return [
            release
            for index, (release, python) in enumerate(pythons.items())
            if python and not self.holds(base, index, release, python)
        ]

    def holds(self, base, index, release, python):
        work = HOME / self.name / release / "work"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        command = [str(python), str(self.folder / self.script(release)), *self.arguments(base, index, work)]
        environment = dict(os.environ, PYTHONPATH=str(COMPAT / "running"))
        try:
            return subprocess.run(command, timeout=SUITE_SECONDS, env=environment).returncode == 0
        except subprocess.TimeoutExpired:
            print(f"  FAIL {self.whose} {release}: the suite did not end within {SUITE_SECONDS} s")
            return False


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            return True
        except OSError:
            return False


def free_base():
    """A base whose ports are all free now; below the range that systems give to outgoing connections."""
    for base in range(17100, 32000, 400):
        if all(is_free(base + offset) for offset in OFFSETS):
            return base
    raise Failed("no range of ports is free")


def millrace(*arguments):
    environment = dict(os.environ, MILLRACE_HOME=str(PLATFORM))
    return subprocess.run([str(ROOT / "millrace"), *arguments], env=environment).returncode


def apply(folder):
    if millrace("apply", str(folder)) != 0:
        raise Failed(f"the definitions of {folder.relative_to(ROOT)} were refused")
