#!/usr/bin/env python3
"""Runs others' own clients against Millrace, and River beside our learners: ./millrace test compat [feast|oip|river] [RELEASE ...]

Installs each release into a folder of its own below .millrace/compat, starts a platform of its own for each suite that needs one, and runs the suite
with each release's Python. Exit code 0: all checks held, or a suite was skipped and said why. 1: a check failed.
"""

import shutil
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent / folder) for folder in ("running", "oip")]

import models  # noqa: E402
from stage import PLATFORM, ROOT, Clients, Failed, Skipped, apply  # noqa: E402


class Feast(Clients):
    name = "feast"
    whose = "Feast"

    def requirements(self, release, beside):
        return [f"feast[grpcio]=={release}", *beside]

    def prepare(self, base):
        apply(self.folder / "definitions")
        apply(ROOT / "examples" / "feast")
        self.batch = PLATFORM / "data" / "batch"
        self.batch.mkdir(parents=True, exist_ok=True)

    def arguments(self, base, index, work):
        return [
            "--http", f"http://127.0.0.1:{base + 1}",
            "--grpc", f"127.0.0.1:{base + 101}",
            "--keys", str(1000 * (index + 1)),
            "--work", str(work),
            "--batch", str(self.batch),
        ]


class Oip(Clients):
    name = "oip"
    whose = "tritonclient and KServe"

    def requirements(self, release, beside):
        package, _, version = release.partition("-")
        extras = {"tritonclient": "[http,grpc]"}.get(package, "")
        return [f"{package}{extras}=={version}", *beside]

    def script(self, release):
        return release.partition("-")[0] + "_suite.py"

    def before(self):
        models.write(PLATFORM / "data" / "models")

    def prepare(self, base):
        apply(self.folder / "definitions")

    def arguments(self, base, index, work):
        # Names that KServe's own options, which it reads from the same line, do not begin with.
        return [
            "--millrace-features", f"http://127.0.0.1:{base + 1}",
            "--millrace-http", f"127.0.0.1:{base + 2}",
            "--millrace-grpc", f"127.0.0.1:{base + 102}",
        ]


class River(Clients):
    """Needs no platform: our side is the learners themselves."""

    name = "river"
    whose = "River"
    needs_platform = False

    def requirements(self, release, beside):
        return [f"river=={release}", *beside]

    def before(self):
        if not (LEARNERS / "io").is_dir():
            raise Skipped(f"the learners are not built in {LEARNERS}")
        if not shutil.which("java"):
            raise Skipped("there is no java on the path")

    def arguments(self, base, index, work):
        return ["--java", shutil.which("java"), "--classes", str(LEARNERS), "--work", str(work)]


LEARNERS = ROOT / "model-kernel" / "target" / "classes"
SUITES = {suite.name: suite for suite in (Feast, Oip, River)}


def main(arguments):
    named = arguments and arguments[0] in SUITES
    suites, releases = ([arguments[0]], arguments[1:]) if named else (list(SUITES), arguments)
    if releases and not named:
        print(f"compat: releases are of one suite; say which, of {', '.join(SUITES)}", file=sys.stderr)
        return 2
    held = True
    for name in suites:
        try:
            if sys.version_info < (3, 9):
                raise Skipped(f"Python 3.9 or newer is needed, this is {sys.version.split()[0]}")
            held &= SUITES[name]().run(releases)
        except Skipped as why:
            print(f"compat/{name} is skipped: {why}", flush=True)
        except Failed as why:
            print(f"compat/{name}: {why}", flush=True)
            held = False
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
