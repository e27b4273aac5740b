#!/usr/bin/env python3
"""Runs Feast's own clients against Millrace: ./millrace test compat [RELEASE ...]

Installs each release of Feast into a folder of its own below .millrace/compat/feast, starts a platform of its own, and runs suite.py with each
release's Python. Exit code 0: all checks held, or the suite was skipped and said why. 1: a check failed.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
COMPAT = Path(os.environ.get("MILLRACE_HOME", ROOT / ".millrace")).absolute() / "compat"
OFFSETS = [1, 2, 3, 4, 32, 92, 93, 101, 102, 103, 104, 201, 202, 203, 204]
INSTALL_SECONDS = 900
SUITE_SECONDS = 600


def skip(why):
    print(f"compat/feast is skipped: {why}")
    sys.exit(0)


def releases(wanted):
    """Release to what it needs beside itself; those that are wanted, or all that are listed."""
    listed = {}
    for line in (HERE / "releases.txt").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            release, *beside = line.split()
            listed[release] = beside
    return {release: listed.get(release, []) for release in wanted} if wanted else listed


def python_of(release, beside):
    """The Python of a release's own folder, installed where it is not there yet; None where PyPI does not give it."""
    folder = COMPAT / "feast" / release
    python = folder / "venv" / "bin" / "python"
    requirements = [f"feast[grpcio]=={release}", *beside]
    installed = folder / "installed"
    if installed.exists() and installed.read_text().split() == requirements:
        return python
    folder.mkdir(parents=True, exist_ok=True)
    begin = time.monotonic()
    print(f"Installing Feast {release} (log in {folder / 'pip.log'})", flush=True)
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
    sys.exit("compat/feast: no range of ports is free")


def millrace(*arguments):
    environment = dict(os.environ, MILLRACE_HOME=str(COMPAT / "platform"))
    return subprocess.run([str(ROOT / "millrace"), *arguments], env=environment).returncode


def main():
    if sys.version_info < (3, 9):
        skip(f"Python 3.9 or newer is needed, this is {sys.version.split()[0]}")
    pythons = {release: python_of(release, beside) for release, beside in releases(sys.argv[1:]).items()}
    missing = [release for release, python in pythons.items() if python is None]
    if len(missing) == len(pythons):
        skip(f"PyPI gave no release of Feast (logs: {COMPAT}/feast/*/pip.log)")
    millrace("down")
    shutil.rmtree(COMPAT / "platform", ignore_errors=True)
    base = free_base()
    failed = []
    if millrace("up", "--port-base", str(base)) != 0:
        sys.exit("compat/feast: the platform did not start")
    try:
        for folder in (HERE / "definitions", ROOT / "examples" / "feast"):
            if millrace("apply", str(folder)) != 0:
                sys.exit(f"compat/feast: the definitions of {folder.relative_to(ROOT)} were refused")
        batch = COMPAT / "platform" / "data" / "batch"
        batch.mkdir(parents=True, exist_ok=True)
        for index, (release, python) in enumerate(pythons.items()):
            if python is None:
                continue
            work = COMPAT / "feast" / release / "work"
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir()
            command = [
                str(python),
                str(HERE / "suite.py"),
                "--http", f"http://127.0.0.1:{base + 1}",
                "--grpc", f"127.0.0.1:{base + 101}",
                "--keys", str(1000 * (index + 1)),
                "--work", str(work),
                "--batch", str(batch),
            ]
            try:
                code = subprocess.run(command, timeout=SUITE_SECONDS).returncode
            except subprocess.TimeoutExpired:
                print(f"  FAIL Feast {release}: the suite did not end within {SUITE_SECONDS} s")
                code = 1
            if code != 0:
                failed.append(release)
    finally:
        millrace("down")
    ran = [release for release in pythons if release not in missing]
    print(f"compat/feast: ran with Feast {', '.join(ran)}")
    if missing:
        print(f"compat/feast: not installed, so not run: {', '.join(missing)} (logs: {COMPAT}/feast/*/pip.log)")
    if failed:
        print(f"compat/feast: FAILED with Feast {', '.join(failed)}")
        return 1
    print("compat/feast: all checks held")
    return 0


if __name__ == "__main__":
    sys.exit(main())
