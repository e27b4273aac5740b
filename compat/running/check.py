"""The few words in which the suites are written: checks with names, and plain HTTP."""

import json
import traceback
import urllib.error
import urllib.request


class Report:
    """Counts checks; prints those that fail, those that are left out, and at the end how many held."""

    def __init__(self, name):
        self.name = name
        self.held = 0
        self.failed = 0

    def check(self, what, test):
        """Runs a test; whatever it raises is its failure. A test returns nothing, or says why it was left out."""
        try:
            left_out = test()
        except Exception as error:  # the report is the place where a failure of any kind ends
            self.failed += 1
            print(f"  FAIL {what}: {type(error).__name__}: {str(error)[:2000]}", flush=True)
            last = traceback.extract_tb(error.__traceback__)[-1]
            print(f"       at {last.filename.rsplit('/', 1)[-1]}:{last.lineno}", flush=True)
            return
        if left_out:
            print(f"  left out {what}: {left_out}", flush=True)
        else:
            self.held += 1

    def close(self):
        print(f"  {self.name}: {self.held} checks held, {self.failed} failed", flush=True)
        return 1 if self.failed else 0


def is_that(actual, expected, what=""):
    if actual != expected:
        raise AssertionError(f"{what}\n       is:       {actual!r}\n       expected: {expected!r}")


def post(url, body, content_type="application/json"):
    """Status and parsed body (None where it is empty). A body of text is sent as it is."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method="POST")
    if content_type:
        request.add_header("Content-Type", content_type)
    else:
        request.add_header("Content-Type", "")
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, parsed(response.read())
    except urllib.error.HTTPError as error:
        return error.code, parsed(error.read())


def parsed(text):
    """JSON; what is none, as the plain text of old servers' 500, as bytes."""
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text
